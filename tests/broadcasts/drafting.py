"""What tests of the wizard begin with: a template, senders, drafts at a step."""

from broadcasts.drafts import lifecycle
from broadcasts.models import Broadcast, EmailSender, SmsSender
from broadcasts.rules.template_values import components_of
from whatsapp.models import MessageTemplate

BODY = "Hello {{1}}, your order {{2}} comes tomorrow."
LINK = {"type": "URL", "text": "Follow", "url": "https://hafen.example/{{1}}", "example": ["https://hafen.example/x"]}


def make_template(number, name="order_update", *, status="APPROVED", category="UTILITY", body=BODY, more=()):
    components = [{"type": "BODY", "text": body}, *more]
    return MessageTemplate.objects.create(
        account=number.account, name=name, language="en", status=status, category=category, components=components
    )


def make_email_sender(**fields):
    return EmailSender.objects.create(**{"name": "Hafen", "address": "news@hafen.example"} | fields)


def make_sms_sender(**fields):
    told = {"name": "Texts", "sender": "+4930555142", "account_sid": "AC1", "auth_token": "secret"}
    return SmsSender.objects.create(**told | fields)


def make_draft(by, number, template=None, values=None, **fields):
    """A WhatsApp draft; with a template and values its message is done."""
    draft = lifecycle.begin(by)
    draft.name, draft.number = fields.pop("name", "Order news"), number
    if template:
        components = components_of(template.components, values or {})
        draft.content = {"name": template.name, "language": template.language, "components": components}
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save()
    return draft


def make_email_draft(by, sender, subject="News", message="Hello {{ first_name }}", **fields):
    fields = {"channel": Broadcast.Channel.EMAIL, "email_sender": sender} | fields
    return make_draft(by, None, content={"subject": subject, "message": message}, **fields)


def make_sms_draft(by, sender, message="Your parcel comes tomorrow.", **fields):
    fields = {"channel": Broadcast.Channel.SMS, "sms_sender": sender} | fields
    return make_draft(by, None, content={"message": message}, **fields)
