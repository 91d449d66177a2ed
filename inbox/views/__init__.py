"""Pages and fragments. Views only translate: look-ups come from inbox.queries, changes from inbox.actions."""
