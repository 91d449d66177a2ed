"""Pure rules: from facts and the time to what is due, what is said, and why not."""
