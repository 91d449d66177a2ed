"""A small believable demo: two numbers of a parcel shop, five agents, a few dozen customers with history.

Written only into a database that `bin/run` itself created; see `manage.py demo`.
"""
