"""What this app puts into the inbox's pages."""

from inbox.panels import register_panel


def may_broadcast(agent):
    """Broadcasts are for supervisors (of their numbers) and admins."""
    return agent.is_supervisor


register_panel("contact", title="Send template", url_name="new_broadcast", permission=may_broadcast, icon="megaphone")
register_panel("contact", title="Broadcasts", url_name="contact_broadcasts", icon="archive-box")
register_panel(
    "contacts", title="Send template", url_name="broadcast_to_contacts", permission=may_broadcast, icon="megaphone"
)
register_panel("rail", title="Broadcasts", url_name="broadcasts", permission=may_broadcast, icon="megaphone")
