"""A mail server that does not answer, and one that answers and refuses."""

from smtplib import SMTPSenderRefused

from django.core.mail.backends.base import BaseEmailBackend


class Backend(BaseEmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError("Nobody answers")


class Refusing(BaseEmailBackend):
    def send_messages(self, messages):
        raise SMTPSenderRefused(550, b"Who are you?", "switchboard@example.com")
