from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_module


class InboxConfig(AppConfig):
    name = "inbox"
    verbose_name = "Inbox"

    def ready(self):
        import_module("inbox.receivers")
        import_module("inbox.closing_windows")
        post_migrate.connect(import_module("inbox.schedule").write_sweeps, sender=self)
