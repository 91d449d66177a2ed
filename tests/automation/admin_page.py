"""The page of a number's automations as an admin's browser fills it in."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from PIL import Image

from tests import factories

BLANK = {"hours-time_zone": "Europe/Berlin", "survey-text": "How was it?", "survey-list_button": "Rate us"}


class Page:
    """One admin at the page of one number."""

    def __init__(self, client, number, role="admin"):
        self.http, self.number = client, number
        self.admin = factories.make_agent("Ada", role=role)
        client.force_login(self.admin, backend="django.contrib.auth.backends.ModelBackend")

    def address(self, name="", *more):
        return reverse(f"admin:whatsapp_number_automation{name}", args=[self.number.pk, *more])

    def looks(self):
        return self.http.get(self.address())

    def html(self):
        return self.looks().content.decode()

    def saves(self, **fields):
        """POST the page. `welcome__text="Hi"` is the field welcome-text; all else stays as on a new number."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            return self.http.post(self.address(), typed(fields))

    def refused(self, **fields):
        """What stands on the page after a save that was refused: {field: words}."""
        answer = self.saves(**fields)
        assert answer.status_code == 200, "it was saved"
        forms = answer.context["page"].forms
        return {form.add_prefix(name): words[0] for form in forms for name, words in form.errors.items()}

    def previews(self, kind, **fields):
        return self.http.post(self.address("_preview", kind), typed(fields)).content.decode()

    def uploads(self, kind, file):
        return self.http.post(self.address("_upload", kind), {"file": file})

    def tests(self, kind, phone, **fields):
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer = self.http.post(self.address("_test", kind), {**typed(fields), "test_phone": phone})
        return answer.content.decode()

    def row(self, kind):
        return self.number.automations.get(kind=kind)


def typed(fields):
    return BLANK | {name.replace("__", "-"): value for name, value in fields.items()}


def writes(number, phone, text="Hello"):
    """A phone writes to the number, so that its window is open."""
    contact = factories.make_contact("Me", phone=phone)
    return factories.writes(contact, number, text)


def picture(name="ship.png", size=(40, 30)):
    kept = io.BytesIO()
    Image.new("RGB", size, "teal").save(kept, "PNG")
    return SimpleUploadedFile(name, kept.getvalue(), "image/png")


def pdf():
    return SimpleUploadedFile(
        "prices.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "application/pdf"
    )
