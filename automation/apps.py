from django.apps import AppConfig
from django.utils.module_loading import import_module

# What registers itself with the inbox: what it hears, shows, does at a deadline, sweeps, and puts into the demo.
REGISTERING = (
    "receivers",
    "bots.receivers",
    "relay.receivers",
    "relay.bots",
    "surveys",
    "panels",
    "timers",
    "schedule",
    "demo",
)


class AutomationConfig(AppConfig):
    name = "automation"
    verbose_name = "Automation"

    def ready(self):
        for module in REGISTERING:
            import_module(f"automation.{module}")
