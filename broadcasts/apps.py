from django.apps import AppConfig
from django.utils.module_loading import import_module

# What registers itself: what it hears (the inbox, mail providers), sweeps, shows, and puts into the demo.
REGISTERING = ("receivers", "schedule", "outside.provider_events", "panels", "demo")


class BroadcastsConfig(AppConfig):
    name = "broadcasts"
    verbose_name = "Broadcasts"

    def ready(self):
        for module in REGISTERING:
            import_module(f"broadcasts.{module}")
