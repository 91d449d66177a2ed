"""Links by which an agent sets a password: an invitation, or a reset that an admin copies or mails."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

MAIL = """Hello {name},

{inviter} invites you to the team inbox. Choose a password here to begin:

{link}

The link works for three days and once.
"""


def link_for(agent):
    """An absolute address that works once, for settings.PASSWORD_RESET_TIMEOUT seconds, until a password is chosen."""
    uid = urlsafe_base64_encode(force_bytes(agent.pk))
    token = default_token_generator.make_token(agent)
    return settings.SITE_URL + reverse("invitation", args=[uid, token])


def send(agent, by):
    """Mail the link. Raises OSError (smtplib's errors are such) when the mail server refuses or does not answer."""
    words = MAIL.format(name=agent.get_short_name(), inviter=by.name, link=link_for(agent))
    send_mail("Your invitation to Switchboard", words, None, [agent.email])
