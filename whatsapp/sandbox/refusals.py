"""Meta's refusals: codes, titles and HTTP statuses as in Meta's error table (support/error-codes)."""

import secrets

TITLES = {
    0: ("AuthException", 401),
    1: ("API Unknown", 400),
    2: ("API Service", 503),
    3: ("API Method", 500),
    4: ("API Too Many Calls", 400),
    10: ("Permission Denied", 403),
    33: ("Parameter value is not valid", 400),
    100: ("Invalid parameter", 400),
    190: ("Invalid OAuth access token", 401),
    200: ("API Permission", 403),
    368: ("Temporarily blocked for policies violations", 403),
    80007: ("Rate limit issues", 400),
    130403: ("The business has blocked this user", 400),
    130429: ("Rate limit hit", 400),
    130472: ("User's number is part of an experiment", 400),
    130497: ("Business account is restricted from messaging users in this country", 403),
    131000: ("Something went wrong", 500),
    131005: ("Access denied", 403),
    131008: ("Required parameter is missing", 400),
    131009: ("Parameter value is not valid", 400),
    131016: ("Service unavailable", 503),
    131021: ("Recipient cannot be sender", 400),
    131026: ("Message undeliverable", 400),
    131030: ("Recipient phone number not in allowed list", 400),
    131031: ("Business Account locked", 403),
    131037: ("Display name not approved", 400),
    131042: ("Business eligibility payment issue", 400),
    131045: ("Incorrect certificate", 500),
    131047: ("Re-engagement message", 400),
    131048: ("Spam rate limit hit", 400),
    131049: ("This message was not delivered to maintain healthy ecosystem engagement", 400),
    131050: ("User has stopped marketing messages", 400),
    131051: ("Message type unknown", 400),
    131052: ("Media download error", 400),
    131053: ("Media upload error", 400),
    131055: ("Method not allowed", 400),
    131056: ("(Business Account, Consumer Account) pair rate limit hit", 400),
    131057: ("Account in maintenance mode", 500),
    131060: ("Message is unavailable", 400),
    131062: ("Business-scoped user id is not allowed for this message", 400),
    131064: ("Messaging limit reached", 400),
    132000: ("Number of parameters does not match the expected number of params", 400),
    132001: ("Template name does not exist in the translation", 404),
    132005: ("Translated text too long", 400),
    132007: ("Template content policy violated", 400),
    132008: ("Template parameter value is not valid", 400),
    132012: ("Parameter format does not match format in the created template", 400),
    132015: ("Template is paused", 400),
    132016: ("Template is disabled", 400),
    132018: ("Template parameters validation failed", 400),
    132068: ("Flow is blocked", 400),
    132069: ("Flow is throttled", 400),
    133000: ("Incomplete deregistration", 500),
    133004: ("Server temporarily unavailable", 503),
    133005: ("Two step verification PIN mismatch", 400),
    133006: ("Phone number needs to be verified first", 400),
    133008: ("Too many two step verification PIN guesses", 400),
    133010: ("Phone number not registered", 400),
    133016: ("Account register deregister rate limit exceeded", 400),
    135000: ("Generic user error", 400),
    137000: ("Recipient identity key hash mismatch", 400),
    139001: ("Flow can't be updated", 400),
    139002: ("Flow can't be published", 400),
    139003: ("Flow can't be deprecated", 400),
    139004: ("Flow can't be deleted", 400),
    139100: ("Failed to block or unblock some users", 400),
}

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"

DETAILS = {
    130403: "The message could not be sent because you blocked this user.",
    130472: "Failed to send message because this user's phone number is part of an experiment.",
    131026: "Message undeliverable.",
    131030: "Recipient phone number not in allowed list: add it to the recipients of the test number.",
    131042: "Message failed to send because there were one or more errors related to your payment method.",
    131047: "Message failed to send because more than 24 hours have passed since the customer last replied.",
    131049: "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    131050: "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages.",
}


class Refusal(Exception):
    """A Graph error on its way to the caller: `code`, what Meta would say in `details`, HTTP status."""

    def __init__(self, code: int, details: str = "", *, status: int | None = None, subcode: int | None = None):
        title, usual_status = TITLES.get(code, ("Unknown error", 400))
        super().__init__(f"(#{code}) {title}: {details}")
        self.code, self.title, self.subcode = code, title, subcode
        self.details = details or DETAILS.get(code, title)
        self.status = status or usual_status

    def body(self) -> dict:
        """The answer's JSON as the Graph API writes it."""
        error = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.code >= 1000:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {"error": {**error, "fbtrace_id": "A" + secrets.token_urlsafe(16)}}

    @property
    def message(self) -> str:
        if self.code < 1000 and self.details:
            return self.details if self.code == 190 or self.subcode else f"(#{self.code}) {self.details}"
        return f"(#{self.code}) {self.title}"

    @property
    def kind(self) -> str:
        return "GraphMethodException" if self.subcode == 33 else "OAuthException"


def no_such_node(node: str, method: str = "get") -> Refusal:
    """The Graph's answer for a node that does not exist or that this token may not see (100, subcode 33)."""
    return Refusal(
        100,
        f"Unsupported {method} request. Object with ID '{node}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation.",
        subcode=33,
    )


def fault(code: int, details: str = "") -> dict:
    """The same error as an element of `errors` in a webhook."""
    title = TITLES.get(code, ("Unknown error", 400))[0]
    words = details or DETAILS.get(code, title)
    return {"code": code, "title": title, "message": title, "error_data": {"details": words}, "href": HREF}
