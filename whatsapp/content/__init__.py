"""What a WhatsApp message can hold. A message that was constructed can be sent: every limit is checked on the way in.

Limits: Meta, Cloud API, pages messages/text-messages, image-messages, interactive-…, business-phone-numbers/media.
"""

from .checks import ContentError, length
from .interactive import (
    BODY_LIMIT,
    HEADER_MEDIA,
    Button,
    Buttons,
    Header,
    Link,
    ListMessage,
    LocationRequest,
    Row,
    Section,
)
from .media import MEDIA_KINDS, WITH_CAPTION, Media, MediaRules, check_media, media_rules
from .plain import TEXT_LIMIT, Contacts, Location, Reaction, Text
from .preview import preview
from .stored import Content, load
from .template import Template

__all__ = [
    "BODY_LIMIT",
    "HEADER_MEDIA",
    "MEDIA_KINDS",
    "TEXT_LIMIT",
    "WITH_CAPTION",
    "Button",
    "Buttons",
    "Contacts",
    "Content",
    "ContentError",
    "Header",
    "Link",
    "ListMessage",
    "Location",
    "LocationRequest",
    "Media",
    "MediaRules",
    "Reaction",
    "Row",
    "Section",
    "Template",
    "Text",
    "check_media",
    "length",
    "load",
    "media_rules",
    "preview",
]
