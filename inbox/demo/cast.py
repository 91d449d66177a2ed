"""The demo's team: agents of all roles, teams, tags and canned replies."""

PASSWORD = "switchboard-demo"

# key, name, role, reception limit, numbers served (by place in the sandbox's list), teams
AGENTS = [
    ("ben", "Ben Krüger", "admin", None, (0, 1), ()),
    ("sofia", "Sofia Almeida", "supervisor", None, (0, 1), ("Parcels", "Customs")),
    ("chen", "Chen Wei", "agent", 4, (0, 1), ("Parcels",)),
    ("mira", "Mira Hoffmann", "agent", 5, (0,), ("Parcels", "Customs")),
    ("tiago", "Tiago Rocha", "agent", 3, (1,), ("Parcels",)),
]

TEAMS = ("Parcels", "Customs")

TAGS = [
    ("vip", "purple"),
    ("delivery", "blue"),
    ("damaged", "red"),
    ("customs", "orange"),
    ("invoice", "teal"),
    ("praise", "green"),
]

CANNED_REPLIES = [
    ("hello", "Hello {{ name }}, thank you for writing. How can I help?"),
    ("moment", "One moment please, I am looking it up."),
    ("hours", "We are here Monday to Saturday, 9 to 18."),
    ("tracking", "You can follow your parcel here: https://hafen.example/track"),
    ("bye", "Glad I could help. Have a nice day, {{ name }}!"),
]


def email_of(key):
    return f"{key}@hafen.example"
