from django.apps import AppConfig
from django.utils.module_loading import import_module

# What registers itself with the inbox: what it hears, and what it sweeps.
REGISTERING = ("receivers", "schedule")


class BroadcastsConfig(AppConfig):
    name = "broadcasts"
    verbose_name = "Broadcasts"

    def ready(self):
        for module in REGISTERING:
            import_module(f"broadcasts.{module}")
