"""The sweeps of this app: a scheduled broadcast starts within a second or two, lost claims are found in a minute."""

from inbox import schedule

schedule.add("broadcasts.tasks.sweep", 1)
schedule.add("broadcasts.tasks.sweep_lost", 30)
schedule.add("broadcasts.tasks.sweep_cancelled", 30)
schedule.add("broadcasts.tasks.look_at_quality", 60)
schedule.add("broadcasts.tasks.forget_deleted", 3600)
