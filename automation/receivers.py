"""News of the inbox becomes deadlines, inside the change that it is about."""
