"""The guide to webhooks names every kind of event, and no other."""

import re
from pathlib import Path

from inbox.models import FeedKind

GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()


def test_the_guide_names_every_kind():
    table = GUIDE.partition("## The kinds")[2]
    named = set()
    for row in table.splitlines():
        noun = ""
        for name in re.findall(r"`([a-z_.]+)`", row.split("|")[1] if row.startswith("|") else ""):
            noun = name.split(".")[0] or noun
            named.add(name if not name.startswith(".") else noun + name)
    assert named == set(FeedKind.values)
