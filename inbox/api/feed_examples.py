"""What each kind of event tells, by example: the story of Nia in Berlin (inbox.api.examples) goes on."""

from inbox.api.examples import CONTACT, CONVERSATION, SENT_TEMPLATE
from inbox.models import FeedKind

PLACE = {"number": 1, "contact": CONTACT, "conversation": CONVERSATION}
QUESTION = {
    **SENT_TEMPLATE,
    "id": 203,
    "direction": "inbound",
    "author_kind": "customer",
    "kind": "text",
    "content": {"text": "Where is my parcel?"},
    "status": "received",
    "wamid": "wamid.HBgMNDkxNTEyMzQ1Njc4ORUCABIYFjNFQjA",
}
DELIVERED = {
    **SENT_TEMPLATE,
    "status": "delivered",
    "wamid": "wamid.HBgMNDkxNTEyMzQ1Njc4ORUCABEYEjlCNzc",
    "sent_at": "2026-11-28T09:02:01Z",
    "delivered_at": "2026-11-28T09:02:02Z",
}
BROADCAST = {
    "id": 71,
    "name": "Shipped on Friday",
    "channel": "whatsapp",
    "number": 1,
    "number_quality": "GREEN",
    "status": "sending",
    "pause": None,
    "template": {"name": "shipped", "language": "en", "components": []},
    "params": {},
    "scheduled_at": None,
    "created_at": "2026-11-28T09:00:00Z",
    "started_at": "2026-11-28T09:00:00Z",
    "finished_at": None,
    "stop_percent": 20,
    "pauses_on_low_quality": True,
    "statistics": {
        "total": 2,
        "pending": 2,
        "sent": 0,
        "delivered": 0,
        "read": 0,
        "failure": 0,
        "skipped": 0,
        "cancelled": 0,
    },
}
OVER = {"finished_at": "2026-11-28T09:00:02Z"}
PAUSE = {"reason": "stop_rule", "words": "More than 20 % failed: 5 of 21. Look why, then resume."}
BY_ADA = {"by": "Ada", "by_id": 3}
TO_BEN = {"to": "Ben", "to_id": 4}


def of_line(line, by_id=None, **details):
    return {**PLACE, "details": {"line": line, "by_id": by_id, **details}}


def of_broadcast(**changed):
    return {"number": 1, "broadcast": {**BROADCAST, **changed}}


# What stands under `data`, by kind.
DATA = {
    FeedKind.MESSAGE_RECEIVED: {**PLACE, "message": QUESTION},
    FeedKind.MESSAGE_CREATED: {**PLACE, "message": SENT_TEMPLATE},
    FeedKind.MESSAGE_STATUS: {**PLACE, "message": DELIVERED},
    FeedKind.CONVERSATION_CREATED: of_line("opened"),
    FeedKind.CONVERSATION_ASSIGNED: of_line("assigned", why="load", to="Ada", to_id=3),
    FeedKind.CONVERSATION_TRANSFERRED: of_line("transferred", **BY_ADA, **TO_BEN),
    FeedKind.CONVERSATION_RETURNED: of_line("returned", **BY_ADA, why="agent", **{"from": "Ada"}),
    FeedKind.CONVERSATION_HANDED_OVER: of_line("handed_over", why="response", to="Ada", to_id=3),
    FeedKind.CONVERSATION_CLOSED: of_line("closed", **BY_ADA),
    FeedKind.CONVERSATION_REOPENED: of_line("reopened", **BY_ADA, undone=True),
    FeedKind.CONTACT_OPTED_OUT: of_line("opted_out", channel="whatsapp", state="marketing", source="meta"),
    FeedKind.CONTACT_OPTED_IN: of_line("opted_in", channel="email", state="opted_in", source="link"),
    FeedKind.SURVEY_ANSWERED: {
        **PLACE,
        "survey": {
            "score": 5,
            "comment": "Quick and kind, thank you!",
            "agent": 3,
            "answered_at": "2026-11-28T10:00:00Z",
            "changed_at": "2026-11-28T10:00:00Z",
        },
    },
    FeedKind.WINDOW_CLOSING: {**PLACE, "closes_at": "2026-11-29T09:01:00Z"},
    FeedKind.RELAY_FAILED: {
        **PLACE,
        "message": QUESTION,
        "relay": {
            "id": 77,
            "key": 2,
            "kind": "message",
            "correlation": {"order": "4711"},
            "failure": "Nobody answers at this address.",
        },
    },
    FeedKind.TEMPLATE_CHANGED: {
        "template": {
            "id": 9,
            "name": "shipped",
            "language": "en",
            "category": "UTILITY",
            "status": "PAUSED",
            "quality": "RED",
            "rejected_reason": "",
        },
    },
    FeedKind.BROADCAST_STARTED: of_broadcast(),
    FeedKind.BROADCAST_PAUSED: of_broadcast(status="paused", pause=PAUSE),
    FeedKind.BROADCAST_RESUMED: of_broadcast(),
    FeedKind.BROADCAST_FINISHED: of_broadcast(status="finished", **OVER),
    FeedKind.BROADCAST_CANCELLED: of_broadcast(status="cancelled", **OVER),
}

EVENTS = [
    {
        "id": f"evt_{4711 + place}",
        "type": str(kind),
        "timestamp": "2026-11-28T09:02:00Z",
        "position": 4700 + place,
        "data": data,
    }
    for place, (kind, data) in enumerate(DATA.items())
]
