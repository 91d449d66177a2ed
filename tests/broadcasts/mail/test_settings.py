"""How mail leaves is one setting: files, a server, or a provider's API with its webhook."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ASK = (
    "from django.conf import settings as s; from django.urls import reverse, NoReverseMatch\n"
    "import django; django.setup()\n"
    "print(s.EMAIL_BACKEND, s.EMAIL_HOST, s.EMAIL_PORT, sorted(s.ANYMAIL.items()))\n"
    "try: print(reverse('anymail:mailgun_tracking_webhook'))\n"
    "except NoReverseMatch: print('no webhook')\n"
)


def told(email_url):
    """What a fresh process makes of EMAIL_URL: [settings, address of the provider's webhook]."""
    given = {"EMAIL_URL": email_url} if email_url else {}
    surroundings = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **given}
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("email_url", "backend", "webhook"),
    [
        ("", "django.core.mail.backends.filebased.EmailBackend", "no webhook"),
        (
            "smtp+tls://u:p@mail.example:587",
            "django.core.mail.backends.smtp.EmailBackend mail.example 587 []",
            "no webhook",
        ),
        (
            "anymail://mailgun?MAILGUN_API_KEY=k%26y",
            "anymail.backends.mailgun.EmailBackend localhost 25 [('MAILGUN_API_KEY', 'k&y')]",
            "no webhook",
        ),
        (
            "anymail://mailgun?MAILGUN_API_KEY=key&WEBHOOK_SECRET=hook:s3cret",
            "anymail.backends.mailgun.EmailBackend localhost 25 "
            "[('MAILGUN_API_KEY', 'key'), ('WEBHOOK_SECRET', 'hook:s3cret')]",
            "/webhooks/mail/mailgun/tracking/",
        ),
    ],
)
def test_one_setting_says_how_mail_leaves(email_url, backend, webhook):
    """Without a secret there is no webhook: anybody could tell us that emails bounced."""
    shown, address = told(email_url)
    assert shown.startswith(backend)
    assert address == webhook
