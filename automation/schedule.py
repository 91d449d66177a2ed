"""The sweeps of this app."""

from inbox import schedule

schedule.add("automation.tasks.forget_decisions", schedule.DAY)
schedule.add("automation.tasks.forget_relays", schedule.DAY)
schedule.add("automation.tasks.sweep_ice_breakers", 60)
schedule.add("automation.tasks.sweep_settings", 600)
schedule.add("automation.tasks.sweep_relays", 2)
