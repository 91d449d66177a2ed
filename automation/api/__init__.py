"""This app's part of the integrators' API: relays and their answers."""
