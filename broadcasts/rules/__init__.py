"""Pure rules: placeholders, pace, other tries, hours, what news moves whom. Facts and `now` in, a decision out."""
