"""A customer's phone, as the gateway reports it."""

from datetime import timedelta

from django.utils import timezone

from inbox.actions.receive import receive
from whatsapp.inbound import MessageDeleted, MessageEdited, MessageReceived, ReactionReceived, Sender

IDA = Sender(phone="+491725550137", wa_id="491725550137", bsuid="DE.4031", name="Ida", username="ida.b")


def ago(minutes=0):
    return timezone.now().replace(microsecond=0) - timedelta(minutes=minutes)


class Phone:
    """Ida's phone, writing to one number. Every event has an id of its own."""

    def __init__(self, number, sender=IDA):
        self.number, self.sender, self.sent = number, sender, 0

    def start(self, minutes, wamid=""):
        self.sent += 1
        place = (self.number.account.waba_id, self.number.phone_number_id)
        return (*place, wamid or f"wamid.{self.sender.bsuid}.{self.sent}", ago(minutes))

    def says(self, words="Hi", *, minutes=0, wamid="", kind="text", content=None, **more):
        event = MessageReceived(
            *self.start(minutes, wamid), self.sender, kind, {"text": words} if content is None else content, **more
        )
        return receive(event)

    def reacts(self, target, emoji, minutes=0):
        return receive(ReactionReceived(*self.start(minutes), self.sender, target, emoji))

    def edits(self, target, words, minutes=0):
        return receive(MessageEdited(*self.start(minutes), self.sender, target, "text", {"text": words}))

    def deletes(self, target, minutes=0):
        return receive(MessageDeleted(*self.start(minutes), self.sender, target))
