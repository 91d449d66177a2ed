"""What the tests of broadcasts share: the far ends of each channel, and a number at the sandbox with message templates
that Meta has approved, a delivery notice and one with a link in its button."""

import pytest
import requests

from tests.broadcasts.channels import mail_server, postbox, texting
from tests.factories import account_of, make_number
from whatsapp import template_sync

__all__ = ["mail_server", "postbox", "texting"]


NOTICE = "Dear {{1}}, your parcel comes on {{2}} between {{3}} and {{4}}. Questions? Call {{5}}."
DELIVERY_NOTICE = [
    {"type": "BODY", "text": NOTICE, "example": {"body_text": [["Ida", "1 May", "9:00", "12:00", "+31367606600"]]}}
]
CAMPAIGN = [
    {"type": "BODY", "text": "There is something new for you. Have a look."},
    {
        "type": "BUTTONS",
        "buttons": [
            {
                "type": "URL",
                "text": "Have a look",
                "url": "https://example.com/{{1}}",
                "example": ["https://example.com/first-user"],
            }
        ],
    },
]


def approve(meta, row, name, components, category="UTILITY"):
    """Create a message template at the sandbox, and let Meta approve it."""
    shape = {"name": name, "language": "en", "category": category, "components": components}
    headers = {"Authorization": f"Bearer {row['access_token']}"}
    answer = requests.post(
        f"{meta.url}/v25.0/{row['waba_id']}/message_templates", json=shape, headers=headers, timeout=9
    )
    assert answer.status_code == 200, answer.text
    meta.template_changes(answer.json()["id"], status="APPROVED")


@pytest.fixture
def berlin(meta, db):
    """The sandbox's first number, connected here, with its message templates."""
    row = meta.numbers()[0]
    meta.number = row["phone_number_id"]
    approve(meta, row, "delivery_notice", DELIVERY_NOTICE)
    approve(meta, row, "campaign", CAMPAIGN, "MARKETING")
    number = make_number("Berlin", account_of(row))
    number.phone_number_id = row["phone_number_id"]
    number.display_phone_number = row["display_phone_number"]
    number.save()
    template_sync.sync(number.account_id)
    return number
