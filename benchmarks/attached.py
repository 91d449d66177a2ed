"""Django on the running installation's own database. Import before any model."""

from benchmarks import installation

RUN = installation.read()
installation.configure(RUN["settings"])
