"""Buttons of administration that ask first, and where they lead."""

from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect


def question(title, description, button, form_class=None):
    """A button's dialog, so that only its form does what the button says: a link does nothing, whoever wrote it."""
    return {"title": title, "description": description, "form_class": form_class, "form_submit_text": button}


def back_to(model, row_id):
    """The page of a row. The dialog is posted by script, which follows this."""
    return HttpResponseClientRedirect(
        reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[row_id])
    )
