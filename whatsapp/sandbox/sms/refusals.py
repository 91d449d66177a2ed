"""Twilio's refusals: codes and words as in its error dictionary (twilio.com/docs/api/errors)."""

WORDS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    20503: (503, "Service unavailable"),
    21211: (400, "Invalid 'To' Phone Number"),
    21212: (400, "Invalid From Number (caller ID)"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided is not a valid message-capable phone number for this account."),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21660: (400, "Mismatch between the 'From' number and the account"),
}
FAILURES = {
    30003: "Unreachable destination handset",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
}

# The numbers of Twilio's test credentials: whoever knows them meets the same refusals here.
BAD_TO = {"+15005550001": 21211, "+15005550003": 21408, "+15005550004": 21610, "+15005550009": 21614}
BAD_FROM = {"+15005550000": 21212, "+15005550007": 21606, "+15005550008": 21611}


class Refusal(Exception):
    """An error on its way to the caller: Twilio's `code`, its words, the HTTP status."""

    def __init__(self, code: int, words: str = "", status: int | None = None):
        usual_status, usual_words = WORDS.get(code, (400, "Bad request"))
        self.code, self.status, self.words = code, status or usual_status, words or usual_words
        super().__init__(f"{code} {self.words}")

    def body(self) -> dict:
        more_info = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.words, "more_info": more_info, "status": self.status}
