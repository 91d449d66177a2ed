"""Django's SMTP backend, which can also say whether a message had begun to leave when its connection broke."""

import smtplib

from django.core.mail.backends import smtp


class _Watching:
    """Notes that the text of a message is on its way: from then on nobody knows what the server did with it."""

    has_left = False

    def mail(self, *args, **kwargs):
        self.has_left = False
        return super().mail(*args, **kwargs)

    def data(self, msg):
        self.has_left = True
        return super().data(msg)


class WatchingSMTP(_Watching, smtplib.SMTP):
    pass


class WatchingSMTPOverTLS(_Watching, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """`has_left`: whether the last message's text was handed over, answered or not."""

    has_left = False

    @property
    def connection_class(self):
        return WatchingSMTPOverTLS if self.use_ssl else WatchingSMTP

    def _send(self, email_message):
        try:
            return super()._send(email_message)
        finally:
            self.has_left = getattr(self.connection, "has_left", False)
