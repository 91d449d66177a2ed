"""The way out for a letter: a kept connection per thread (servers and providers), and which failure means what.

What a mail server says is told apart by its class (RFC 5321): 4yz is worth another try, 5yz is not. A connection that
breaks while the text is on its way leaves a doubt; before that nothing was sent.
"""

import smtplib
import ssl
import threading
import time

import requests
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

from broadcasts import failures
from broadcasts.mail.smtp import EmailBackend as WatchingSMTP
from whatsapp.errors import Unreachable
from whatsapp.transport import transport_error

SMTP = "django.core.mail.backends.smtp.EmailBackend"
WATCHING_SMTP = "broadcasts.mail.smtp.EmailBackend"
# Servers end idle connections, and some bound the messages of one.
IDLE_SECONDS = 5
MOST_MESSAGES = 100
WORDS_LIMIT = 300

kept = threading.local()


def post(letter) -> str:
    """Hand one letter (django EmailMessage) over. Answers the provider's id, else its Message-ID.

    Raises broadcasts.failures.NotSent and its children.
    """
    try:
        connection = _connection()
        connection.send_messages([letter])
    except (OSError, smtplib.SMTPException, AnymailError, ImproperlyConfigured, ValueError) as error:
        raise _meaning(error) from error
    if not isinstance(connection, WatchingSMTP | AnymailRequestsBackend):
        hang_up()
    status = getattr(letter, "anymail_status", None)
    return str(getattr(status, "message_id", None) or letter.extra_headers["Message-ID"])[:WORDS_LIMIT]


def hang_up() -> None:
    """End this thread's connection, if there is one."""
    connection, kept.connection = getattr(kept, "connection", None), None
    if connection is not None:
        connection.close()


def _connection():
    """This thread's connection, open; a new one where it is old or the settings changed. Raises as `open` does."""
    backend = WATCHING_SMTP if settings.EMAIL_BACKEND == SMTP else settings.EMAIL_BACKEND
    where = (backend, settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER)
    now = time.monotonic()
    if getattr(kept, "connection", None) is None or not _is_fresh(where, now):
        hang_up()
        kept.connection, kept.where, kept.count = get_connection(backend), where, 0
        kept.connection.open()
    kept.used_at, kept.count = now, kept.count + 1
    return kept.connection


def _is_fresh(where, now) -> bool:
    return kept.where == where and now - kept.used_at < IDLE_SECONDS and kept.count < MOST_MESSAGES


def _meaning(error: Exception) -> failures.NotSent:
    """What a failure means for this letter. The connection is not trusted any further."""
    has_left = getattr(getattr(kept, "connection", None), "has_left", False)
    hang_up()
    if isinstance(error, AnymailError):
        return _of_provider(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _by_code(code, words, failures.Refused)
    if isinstance(error, smtplib.SMTPResponseException):
        permanent = failures.Refused if isinstance(error, smtplib.SMTPDataError) else failures.SenderFault
        return _by_code(error.smtp_code, error.smtp_error, permanent)
    if isinstance(error, smtplib.SMTPNotSupportedError | ImproperlyConfigured):
        return failures.SenderFault("", f"The mail settings do not work: {error}"[:WORDS_LIMIT])
    if isinstance(error, OSError):
        return _of_connection(error, has_left)
    return failures.Refused("", f"This cannot be an email: {error}"[:WORDS_LIMIT])


def _by_code(code: int, words, permanent: type[failures.NotSent]) -> failures.NotSent:
    """A mail server's own answer; `permanent` is what its 5yz means at this point."""
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    told = f"The mail server says: {' '.join(said.split())}"[:WORDS_LIMIT]
    return (permanent if code >= 500 else failures.TryLater)(str(code), told)


def _of_connection(error: Exception, has_left: bool) -> failures.NotSent:
    if isinstance(error, ssl.SSLCertVerificationError):
        return failures.SenderFault("", "The mail server's certificate is not valid.")
    if has_left:
        return failures.Unclear("", "The mail server did not answer, so this may or may not have been sent.")
    return failures.TryLater("", "The mail server could not be reached.")


def _of_provider(error: AnymailError) -> failures.NotSent:
    """Of a provider's HTTP API (django-anymail)."""
    if isinstance(error, AnymailRecipientsRefused | AnymailInvalidAddress):
        return failures.Refused("", "The email provider refuses this address.")
    if isinstance(error, requests.RequestException) and error.status_code is None:
        if isinstance(transport_error(error), Unreachable):
            return failures.TryLater("", "The email provider could not be reached.")
        return failures.Unclear("", "The email provider did not answer, so this may or may not have been sent.")
    status = error.status_code if isinstance(error, AnymailAPIError) else None
    if status is None or status in (401, 403, 404):
        return failures.SenderFault(str(status or ""), "The email provider refuses our settings. See its console.")
    if status == 429 or status >= 500:
        return failures.TryLater(str(status), "The email provider asked us to come back later.")
    return failures.Refused(str(status), "The email provider refuses this email.")
