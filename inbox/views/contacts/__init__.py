"""The pages of contacts and their groups: found, looked at, changed, brought in, taken away."""
