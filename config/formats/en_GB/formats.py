"""Twenty-four hours, as in the inbox."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
