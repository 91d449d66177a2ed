from django.contrib.admin.apps import AdminConfig


class SwitchboardAdminConfig(AdminConfig):
    """Django admin with Switchboard's own site: one login page for everything, and a policy its theme can live with."""

    default_site = "config.admin.SwitchboardAdminSite"
