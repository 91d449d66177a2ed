"""Files of messages: taken from agents, brought to Meta, fetched from Meta. Bytes lie under MEDIA_ROOT by token."""

from inbox.media.at_meta import FileMissing, bring, bring_to_meta
from inbox.media.fetching import fetch, sweep
from inbox.media.pictures import thumbnail
from inbox.media.uploads import forget_unsent, store_upload

__all__ = ["FileMissing", "bring", "bring_to_meta", "fetch", "forget_unsent", "store_upload", "sweep", "thumbnail"]
