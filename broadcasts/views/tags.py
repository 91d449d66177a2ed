"""The personalisation tags there are: what is known of every contact, and the attributes that some have."""

from dataclasses import dataclass

from inbox.queries import contacts_for

ALWAYS = (
    ("name", "Name"),
    ("first_name", "First name"),
    ("phone", "Phone"),
    ("email", "Email"),
)
# Attributes are read from the newest contacts only: what nobody of them has is not in use any more.
LOOKED_AT = 500
MOST_ATTRIBUTES = 20


@dataclass(frozen=True)
class Tag:
    """`name` is what stands in the braces."""

    name: str
    words: str

    @property
    def text(self):
        return f"{{{{ {self.name} }}}}"


def tags_for(agent):
    """The Tags to offer, the usual ones first, then attributes by how many have them."""
    rows = contacts_for(agent).exclude(attributes={}).order_by("-pk").values_list("attributes", flat=True)
    counts = {}
    for attributes in rows[:LOOKED_AT]:
        for name in attributes if isinstance(attributes, dict) else ():
            counts[name] = counts.get(name, 0) + 1
    usable = [name for name in counts if name and not set("{}") & set(name) and name not in dict(ALWAYS)]
    common = sorted(usable, key=lambda name: (-counts[name], name))[:MOST_ATTRIBUTES]
    return [Tag(name, words) for name, words in ALWAYS] + [Tag(name, name.replace("_", " ")) for name in common]
