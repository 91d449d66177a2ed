"""Pictures for the place above the text, and a message template that has one."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PICTURE = [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}}]


def png(name="flyer.png", colour="teal"):
    image = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(image, "PNG")
    return SimpleUploadedFile(name, image.getvalue(), "image/png")
