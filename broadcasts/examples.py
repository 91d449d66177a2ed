"""What the API's description shows of broadcasts: Nia's order once more (inbox.api.examples)."""

TEMPLATE = {
    "name": "shipped",
    "language": "en",
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "{{ order }}"}]}],
}
REQUEST = {
    "template": TEMPLATE,
    "users": [
        {"phone": "+4915123456789", "params": {"order": "4711"}},
        {"phone": "+4915123456780", "params": {}},
    ],
    "params": {"Order": "of today"},
    "name": "Shipped on Friday",
}
STATISTICS = {
    "total": 2,
    "pending": 0,
    "sent": 0,
    "delivered": 1,
    "read": 0,
    "failure": 1,
    "skipped": 0,
    "cancelled": 0,
}
BROADCAST = {
    "id": 71,
    "name": "Shipped on Friday",
    "channel": "whatsapp",
    "number": 1,
    "number_quality": "GREEN",
    "status": "finished",
    "pause": None,
    "template": TEMPLATE,
    "params": {"Order": "of today"},
    "scheduled_at": None,
    "created_at": "2026-11-28T09:00:00Z",
    "started_at": "2026-11-28T09:00:00Z",
    "finished_at": "2026-11-28T09:00:02Z",
    "stop_percent": None,
    "pauses_on_low_quality": True,
    "statistics": STATISTICS,
}
DELIVERED = {
    "phone": "+4915123456789",
    "status": "delivered",
    "reason": None,
    "details": None,
    "code": None,
    "message": 204,
}
FAILED = {
    "phone": "+4915123456780",
    "status": "failure",
    "reason": "whatsapp_131026",
    "details": "WhatsApp cannot deliver to this number. It may not be on WhatsApp.",
    "code": 131026,
    "message": 205,
}
BROADCAST_WITH_USERS = {**BROADCAST, "statuses": [DELIVERED, FAILED], "failures": [FAILED]}
RETRY = {"also_unconfirmed": False}
RETRIED = {"retried": 0, "left_out": 1}
INSTALLATION = "3f0c6c1e-6f0e-4a50-9a0c-2b6a0d1c9e7f"
ACTION = {
    "bot_id": INSTALLATION,
    "phone": "+4915123456789",
    "action": "template",
    "template": "shipped",
    "language": "en",
    "params": {"1": "4711"},
}
ACTION_DONE = {
    "action": "template",
    "status": "accepted",
    "phone": "+4915123456789",
    "message": 204,
    "conversation": 51,
}
