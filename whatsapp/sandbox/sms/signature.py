"""X-Twilio-Signature: HMAC-SHA1 with the account's token over the address and its sorted form fields, in base64.

The rule as Twilio's page on webhook security tells it (twilio.com/docs/usage/webhooks/webhooks-security): the whole
address as it was configured, query included, then each field's name and value, sorted by name, with nothing between.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def signature(auth_token: str, url: str, fields: Mapping[str, str]) -> str:
    text = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()
