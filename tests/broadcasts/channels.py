"""Fixtures of both channels' far ends: a mail server, and the sandbox's SMS gateway. Import them where needed."""

import pytest

from broadcasts.mail.post import hang_up
from tests.broadcasts.mail.server import MailServer
from tests.sandbox.texting import Texting


@pytest.fixture
def mail_server(settings):
    """A postbox; the product sends its mail there."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    yield server
    hang_up()
    server.stop()


@pytest.fixture
def postbox(mail_server):
    return mail_server.postbox


@pytest.fixture
def texting(meta, sandbox_server, settings):
    """The SMS side of the sandbox, with the product pointed at it."""
    settings.SMS_API_URL = sandbox_server.url
    return Texting(meta)
