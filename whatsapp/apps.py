from django.apps import AppConfig
from django.utils.module_loading import import_module


class WhatsappConfig(AppConfig):
    name = "whatsapp"
    verbose_name = "WhatsApp accounts"

    def ready(self):
        import_module("whatsapp.checks")
