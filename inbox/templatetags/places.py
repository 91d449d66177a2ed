"""What upper layers put into the rail, the details and the reports."""

from django import template
from django.urls import reverse

from inbox.panels import panels

register = template.Library()


@register.simple_tag
def panels_of(place, agent):
    """The panels of a place for this agent."""
    return panels(place, agent)


@register.simple_tag(takes_context=True)
def pages_of(context, place):
    """The pages of a place for who is looking: [{panel, url, is_current}]; current are also the pages below it."""
    request = context["request"]
    pages = [(panel, reverse(panel.url_name)) for panel in panels(place, request.user)]
    return [{"panel": panel, "url": url, "is_current": request.path.startswith(url)} for panel, url in pages]
