"""Ways to this number: its wa.me link, a QR code of it, a button for a website (S1-8)."""

import re

import segno
from django.template.loader import render_to_string


def doors(number):
    """{link, qr, snippet}; None while Meta has not told the number's digits."""
    digits = re.sub(r"\D", "", number.display_phone_number)
    if not digits:
        return None
    link = f"https://wa.me/{digits}"
    code = segno.make(link, error="m")
    return {
        "link": link,
        "qr": code.svg_data_uri(scale=4, border=2, dark="#0b141a", light="#fff"),
        "qr_png": code.png_data_uri(scale=16, border=4),
        "snippet": render_to_string("admin/automation/_website_button.html", {"link": link}).strip(),
    }
