"""The sweep of this app: a scheduled broadcast starts within a second or two."""

from inbox import schedule

schedule.add("broadcasts.tasks.sweep", 1)
