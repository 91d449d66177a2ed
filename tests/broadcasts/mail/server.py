"""A real SMTP server on loopback that refuses, postpones and hangs up as it is told."""

import socket
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class Postbox:
    """Takes letters; `answers` maps an address to what RCPT is told, `data_answers` to what DATA is told at its end.

    "drop" as an answer to DATA takes the letter and cuts the connection without a word.
    """

    def __init__(self):
        self.empty()

    def empty(self):
        """No letters, and a good word for everybody."""
        self.letters = []
        self.answers, self.data_answers = {}, {}
        self.sender_answer = ""
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answer := self.answers.get(address):
            return answer.pop(0) if isinstance(answer, list) else answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = self.data_answers.get(envelope.rcpt_tos[0], "250 Kept")
        if answer == "drop" or answer.startswith("2"):
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        if answer == "drop":
            server.transport.abort()
        return answer

    def to(self, address):
        return [letter for letter in self.letters if letter["To"] == address]


class MailServer:
    """The server and its postbox; stop it when done."""

    def __init__(self):
        self.postbox = Postbox()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.controller = Controller(self.postbox, hostname="127.0.0.1", port=self.port)

    def start(self):
        self.controller.start()

    def stop(self):
        self.controller.stop()
