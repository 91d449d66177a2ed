"""A broadcast until it is launched: its steps, what recipients will see, who gets it, tests of it."""
