from django.apps import AppConfig
from django.utils.module_loading import import_module


class InboxConfig(AppConfig):
    name = "inbox"
    verbose_name = "Inbox"

    def ready(self):
        import_module("inbox.receivers")
