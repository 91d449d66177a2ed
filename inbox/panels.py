"""Places of the inbox's pages that upper layers fill: they register in `AppConfig.ready()`, the inbox never asks them.

details   a fragment of one conversation, beside its thread: loaded from `url_name` with the conversation's id. Its view
          looks the conversation up by `inbox.queries.conversation_for`. No words: the panel is not shown.
rail      an entry of the rail: a page at `url_name`, without arguments, under which its other pages stand
reports   a tab of the Reports pages: likewise
contact   a link on a contact's page, to `url_name` with ?contact=<id>
contacts  a button for the contacts that somebody has selected: it posts `ids` (with commas between) or `query` (all
          that match a filter) to `url_name`, whose view reads them by `inbox.views.contacts.choosing.chosen_contacts`
"""

from dataclasses import dataclass

PLACES = ("details", "rail", "reports", "contact", "contacts")
_panels = {place: [] for place in PLACES}


@dataclass(frozen=True)
class Panel:
    """`permission(agent)` says whether they get it (None: everybody does); `icon` is the name of a heroicon."""

    title: str
    url_name: str
    permission: object = None
    icon: str = "squares-2x2"

    def is_for(self, agent):
        return self.permission is None or self.permission(agent)


def register_panel(place, *, title, url_name, permission=None, icon="squares-2x2"):
    """Put a panel into a place, after those that stand there. Registering a `url_name` again replaces its panel.

    Raises KeyError for a place that does not exist.
    """
    kept = [panel for panel in _panels[place] if panel.url_name != url_name]
    _panels[place] = [*kept, Panel(title, url_name, permission, icon)]


def panels(place, agent):
    """The panels that this agent gets in a place, in the order of registration."""
    return [panel for panel in _panels[place] if panel.is_for(agent)]
