from django.apps import AppConfig
from django.utils.module_loading import import_module


class AutomationConfig(AppConfig):
    name = "automation"
    verbose_name = "Automation"

    def ready(self):
        import_module("automation.receivers")
