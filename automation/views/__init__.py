"""Pages and fragments of what happens by itself, inside the inbox."""
