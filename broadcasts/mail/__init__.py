"""Email: a letter out of a text, the way out, the way to stop it, and what providers tell of it."""
