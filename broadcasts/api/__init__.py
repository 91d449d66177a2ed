"""This app's part of the integrators' API: broadcasts in the shape of S3, and the deprecated operator actions."""
