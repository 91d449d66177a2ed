"""Fixtures of both channels' far ends: a mail server, and the sandbox's SMS gateway. Import them where needed."""

import pytest

from broadcasts.mail.post import hang_up
from tests.broadcasts.mail.server import MailServer
from tests.sandbox.texting import Texting


@pytest.fixture(scope="session")
def mail_server():
    """A real SMTP server, for all tests."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postbox(mail_server, settings):
    """What the server took and how it answers, as at the first start; the product sends its mail there."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", mail_server.port, 5
    mail_server.postbox.empty()
    yield mail_server.postbox
    hang_up()


@pytest.fixture
def texting(meta, sandbox_server, settings):
    """The SMS side of the sandbox, with the product pointed at it."""
    settings.SMS_API_URL = sandbox_server.url
    return Texting(meta)
