from django.apps import AppConfig
from django.utils.module_loading import import_module

# What registers itself: what it hears of the inbox and of mail providers, and what it sweeps.
REGISTERING = ("receivers", "schedule", "outside.provider_events", "demo")


class BroadcastsConfig(AppConfig):
    name = "broadcasts"
    verbose_name = "Broadcasts"

    def ready(self):
        for module in REGISTERING:
            import_module(f"broadcasts.{module}")
