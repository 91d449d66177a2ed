"""What this app puts into the inbox's pages."""

from inbox.panels import register_panel


def leads(agent):
    """Reports are for supervisors (of their numbers) and admins."""
    return agent.is_supervisor


register_panel("rail", title="Reports", url_name="reports", permission=leads, icon="chart-bar")
register_panel("reports", title="Satisfaction", url_name="satisfaction", permission=leads)
register_panel("details", title="Automation", url_name="automation_panel")
register_panel("details", title="Workflow", url_name="relays_panel", permission=leads)
register_panel("details", title="Satisfaction", url_name="satisfaction_panel")
