"""What the tests of broadcasts share."""

from tests.broadcasts.channels import mail_server, postbox, texting

__all__ = ["mail_server", "postbox", "texting"]
