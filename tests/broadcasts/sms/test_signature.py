"""Who may tell us of texts: the signature of a gateway's call."""

from hypothesis import given
from hypothesis import strategies as st

from broadcasts.sms.signature import fits, signature
from whatsapp.sandbox.sms.signature import signature as signature_at_the_gateway

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = {
    "CallSid": ["CA1234567890ABCDE"],
    "Caller": ["+14158675309"],
    "Digits": ["1234"],
    "From": ["+14158675309"],
    "To": ["+18005551212"],
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def test_the_signature_is_the_one_of_twilios_own_example():
    assert signature("12345", URL, FIELDS) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_it_fits_only_its_own_token_address_and_fields():
    good = signature("12345", URL, FIELDS)
    assert fits(good, "12345", ["https://else.example/", URL], FIELDS)
    assert not fits(good, "12346", [URL], FIELDS)
    assert not fits(good, "12345", [URL + "0"], FIELDS)
    assert not fits(good, "12345", [URL], FIELDS | {"To": ["+18005551213"]})
    assert not fits(good, "12345", [URL], FIELDS | {"More": ["1"]})
    assert not fits("", "12345", [URL], FIELDS)
    assert not fits("é", "12345", [URL], FIELDS)


def test_an_empty_token_signs_nothing():
    assert not fits(signature("", URL, FIELDS), "", [URL], FIELDS)


@given(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=5))
def test_two_independent_hands_sign_alike(token, fields):
    """The product's code and the sandbox's know nothing of each other."""
    listed = {name: [value] for name, value in fields.items()}
    assert signature(token, URL, listed) == signature_at_the_gateway(token, URL, fields)
