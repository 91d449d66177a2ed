"""System checks of the gateway: a production server refuses to start where a customer's message could be forged."""

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security, deploy=True)
def api_address_is_encrypted(app_configs, **kwargs):
    """Tokens travel to this address, so in production it has to be TLS (R-7)."""
    if settings.WHATSAPP_API_URL.startswith("https://"):
        return []
    return [Error("WHATSAPP_API_URL is not https: access tokens would travel unencrypted.", id="whatsapp.E001")]
