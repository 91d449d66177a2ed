"""What is told from outside, without a log-in: delivery reports, STOP and START, and the wish to get no more emails."""
