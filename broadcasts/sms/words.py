"""What a gateway of Twilio's shape says by its codes, in words for people. Pure.

Source: twilio.com/docs/api/errors. The codes are refined now and then, so unknown ones go by the HTTP status.
"""

REFUSED = {
    "21211": "This is not a valid phone number. Correct it on the contact's page.",
    "21214": "This number cannot be reached. Check it on the contact's page.",
    "21217": "This phone number does not seem to be valid. Correct it on the contact's page.",
    "21265": "Short codes cannot be written to.",
    "21266": "Sender and recipient are the same number.",
    "21408": "The gateway's account may not send to this country. Switch the region on in its console.",
    "21602": "There is no text in this message.",
    "21610": "This person has replied STOP to this sender. Only they can undo it, with START.",
    "21612": "The gateway has no way from this sender to this number.",
    "21614": "This is no mobile number, so it takes no SMS.",
    "21617": "The text is longer than 1,600 characters.",
    "21635": "This is a landline, so it takes no SMS.",
    "30003": "The phone was switched off or out of reach.",
    "30004": "The recipient has blocked messages.",
    "30005": "This number does not exist any more.",
    "30006": "A landline, or a network that takes no SMS.",
    "30007": "The network filtered this message as spam.",
    "30008": "The network gave no reason.",
    "30032": "The sender's toll-free number is not verified at the gateway yet.",
    "30034": "The sender is not registered for texting to the United States.",
}
SENDER_FAULTS = {
    "20003": "The gateway refused the account SID or the auth token. Enter them again.",
    "20005": "The gateway's account is suspended. See its console.",
    "20008": "These are test credentials, which send nothing. Enter the live ones.",
    "20404": "The gateway does not know this account SID.",
    "21212": "The gateway does not take this sender: a number with its country code, or a name of up to 11 letters.",
    "21603": "The sender is missing.",
    "21606": "This sender is not one of the account's numbers that can send SMS.",
    "21609": "The gateway cannot use our address for delivery reports. SITE_URL must be a public one.",
    "21659": "This sender is not one of the account's numbers.",
    "21660": "This sender belongs to another account of the gateway.",
    "21661": "This sender cannot send SMS.",
    "30002": "The gateway's account is suspended. See its console.",
}
TRY_LATER = {
    "20429": "The gateway asked us to slow down.",
    "20500": "The gateway is in trouble.",
    "20503": "The gateway is in trouble.",
    "21611": "The gateway's queue for this sender is full.",
    "14107": "The gateway asked us to slow down.",
    "30001": "The gateway's queue for this sender is full.",
    "30022": "The network asked the gateway to slow down.",
}
UNSUBSCRIBED = "21610"
# No number, none that takes SMS, or one whose owner wants none.
HOPELESS = frozenset({"21211", "21217", "21265", "21266", UNSUBSCRIBED, "21614", "21635", "30005", "30006"})


def sentence(code: str) -> str:
    """For any code, known or not; "" code: none was given."""
    known = REFUSED.get(code) or SENDER_FAULTS.get(code) or TRY_LATER.get(code)
    return known or (f"The SMS gateway refused it (error {code})." if code else "The SMS gateway refused it.")
