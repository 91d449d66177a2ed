"""Broadcasts in the inbox: the list, the wizard, and the page of each. For supervisors of its number, and admins."""
