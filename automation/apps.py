from django.apps import AppConfig
from django.utils.module_loading import import_module

DAY = 24 * 3600


class AutomationConfig(AppConfig):
    name = "automation"
    verbose_name = "Automation"

    def ready(self):
        import_module("automation.receivers")
        import_module("automation.bots.receivers")
        import_module("automation.demo")
        import_module("automation.surveys")
        import_module("automation.panels")
        import_module("automation.reactions").register()
        import_module("inbox.schedule").add("automation.tasks.forget_decisions", DAY)
