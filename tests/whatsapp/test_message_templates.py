"""Templates as a picker and a broadcast need them (S3-46, S3-47, S4-4; Meta: templates/components, 132000…132018)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp.content import ContentError
from whatsapp.message_templates import Variable, check, fill, problem, variables

NAMED = [
    {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW1n"]}},
    {
        "type": "BODY",
        "text": "Hello {{first_name}}, parcel {{parcel_no}} is on its way.",
        "example": {
            "body_text_named_params": [
                {"param_name": "first_name", "example": "Ida"},
                {"param_name": "parcel_no", "example": "118"},
            ]
        },
    },
    {"type": "FOOTER", "text": "Do not reply with card data"},
    {
        "type": "BUTTONS",
        "buttons": [
            {
                "type": "URL",
                "text": "Track",
                "url": "https://example.test/t/{{1}}",
                "example": ["https://example.test/t/118-abc"],
            },
            {"type": "QUICK_REPLY", "text": "Stop updates"},
        ],
    },
]
VALUES = {
    "header.image": {"media_id": "77"},
    "body.first_name": "Ida",
    "body.parcel_no": "118",
    "button.0": "118 ä/b",
    "button.1": "stop:118",
}
POSITIONAL = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["118"]}},
    {"type": "BODY", "text": "{{2}} costs {{1}}, yes {{2}}.", "example": {"body_text": [["12 €", "It"]]}},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+493055500142"},
            {"type": "URL", "text": "Shop", "url": "https://example.test/"},
            {"type": "COPY_CODE", "text": "Copy", "example": "SPRING"},
            {"type": "FLOW", "text": "Book", "flow_id": "6600"},
        ],
    },
]
POSITIONAL_VALUES = {"header.1": "118", "body.1": "12 €", "body.2": "It", "button.2": "SPRING26"}
LOCATION = [{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Here we are."}]
PLACE = {"latitude": 52.5, "longitude": 13.4, "name": "Gate", "address": "Street 1"}
STATIC = [{"type": "BODY", "text": "Welcome."}]
CODE = [
    {"type": "BODY", "text": "*{{1}}* is your verification code.", "add_security_recommendation": True},
    {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}]},
]


def body_of(*parameters):
    return {"type": "body", "parameters": list(parameters)}


def body(*texts):
    return body_of(*({"type": "text", "text": text} for text in texts))


def button(index, sub_type, **parameter):
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter] if parameter else []}


def test_the_picker_learns_every_value_of_a_named_template():
    assert variables(NAMED) == [
        Variable("header", "image", "image", label="Header"),
        Variable("body", "first_name", "text", "Ida", NAMED[1]["text"]),
        Variable("body", "parcel_no", "text", "118", NAMED[1]["text"]),
        Variable("button", "0", "url_suffix", "118-abc", "Track"),
        Variable("button", "1", "payload", "", "Stop updates", optional=True),
    ]
    assert [variable.key for variable in variables(NAMED)] == list(VALUES)


def test_the_picker_learns_every_value_of_a_numbered_template():
    found = [(variable.key, variable.kind, variable.example) for variable in variables(POSITIONAL)]
    assert found == [
        ("header.1", "text", "118"),
        ("body.1", "text", "12 €"),
        ("body.2", "text", "It"),
        ("button.2", "coupon_code", "SPRING"),
        ("button.3", "flow", ""),
    ]


@pytest.mark.parametrize(
    "components", [None, "odd", [], ["odd", {"type": 7}], [{"type": "BUTTONS", "buttons": ["odd"]}]]
)
def test_odd_components_want_nothing(components):
    assert variables(components) == []


def test_examples_that_do_not_fit_are_left_out():
    component = {"type": "BODY", "text": "Hi {{1}} {{2}}", "example": {"body_text": ["Ida", 7]}}
    assert [variable.example for variable in variables([component])] == ["Ida", ""]
    assert [variable.example for variable in variables([component | {"example": "odd"}])] == ["", ""]
    url = {"type": "URL", "text": "Go", "url": "https://example.test/{{1}}", "example": [7]}
    assert variables([{"type": "BUTTONS", "buttons": [url]}])[0].example == ""


def test_a_filled_named_template_names_its_values():
    components, preview = fill(NAMED, VALUES)
    assert components == [
        {"type": "header", "parameters": [{"type": "image", "image": {"id": "77"}}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "text": "Ida", "parameter_name": "first_name"},
                {"type": "text", "text": "118", "parameter_name": "parcel_no"},
            ],
        },
        button("0", "url", type="text", text="118%20%C3%A4/b"),
        button("1", "quick_reply", type="payload", payload="stop:118"),
    ]
    assert preview == {
        "header": {"type": "image", "media_id": "77"},
        "body": "Hello Ida, parcel 118 is on its way.",
        "footer": "Do not reply with card data",
        "buttons": [
            {"type": "url", "text": "Track", "url": "https://example.test/t/118%20%C3%A4/b"},
            {"type": "quick_reply", "text": "Stop updates"},
        ],
    }


def test_a_filled_numbered_template_keeps_the_order_of_the_numbers():
    components, preview = fill(POSITIONAL, POSITIONAL_VALUES)
    assert components == [
        {"type": "header", "parameters": [{"type": "text", "text": "118"}]},
        body("12 €", "It"),
        button("2", "copy_code", type="coupon_code", coupon_code="SPRING26"),
        button("3", "flow", type="action", action={"flow_token": "unused"}),
    ]
    assert preview == {
        "header": {"type": "text", "text": "Order 118"},
        "body": "It costs 12 €, yes It.",
        "buttons": [
            {"type": "phone_number", "text": "Call", "phone_number": "+493055500142"},
            {"type": "url", "text": "Shop", "url": "https://example.test/"},
            {"type": "copy_code", "text": "Copy"},
            {"type": "flow", "text": "Book"},
        ],
    }


def test_what_may_be_left_out_is_left_out():
    components, _ = fill(NAMED, {key: value for key, value in VALUES.items() if key != "button.1"})
    assert [component["type"] for component in components] == ["header", "body", "button"]


def test_a_flow_gets_its_token_and_data():
    action = {"flow_token": "ft-118", "flow_action_data": {"name": "Ida"}}
    components, _ = fill(POSITIONAL, POSITIONAL_VALUES | {"button.3": action})
    assert components[-1]["parameters"] == [{"type": "action", "action": action}]


def test_a_place_and_a_document_fill_a_header():
    components, preview = fill(LOCATION, {"header.location": PLACE})
    assert components == [{"type": "header", "parameters": [{"type": "location", "location": PLACE}]}]
    assert preview == {"header": {"type": "location", **PLACE}, "body": "Here we are.", "buttons": []}
    document = [{"type": "HEADER", "format": "DOCUMENT"}, *STATIC]
    value = {"link": "https://example.test/a.pdf", "filename": "a.pdf"}
    components, _ = fill(document, {"header.document": value})
    assert components[0]["parameters"] == [{"type": "document", "document": value}]


def test_a_template_without_variables_needs_no_components():
    assert fill(STATIC, {}) == ([], {"body": "Welcome.", "buttons": []})


@pytest.mark.parametrize(
    "code_button",
    [
        CODE[1]["buttons"][0],
        {
            "type": "URL",
            "text": "Copy code",
            "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}",
        },
    ],
)
def test_a_one_time_code_is_asked_once_and_sent_twice(code_button):
    template = [CODE[0], {"type": "BUTTONS", "buttons": [code_button]}]
    assert [variable.key for variable in variables(template)] == ["body.1"]
    components, _ = fill(template, {"body.1": "482913"})
    assert components == [body("482913"), button("0", "url", type="text", text="482913")]
    with pytest.raises(ContentError) as refusal:
        fill(template, {"body.1": "4829134829134829"})
    assert refusal.value.field == "button 0"


def test_a_code_button_without_a_code_in_the_text_is_refused():
    with pytest.raises(ContentError, match="no code in its text"):
        fill([STATIC[0], CODE[1]], {})


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"body.first_name": ""}, "body.first_name"),
        ({"header.image": None}, "header.image"),
        ({"header.image": {}}, "header.image"),
        ({"button.0": ""}, "button.0"),
        ({"body.first_name": 7}, "body.first_name"),
        ({"header.image": "77"}, "header.image"),
        ({"header.image": {"name": "no file"}}, "header parameter 1"),
        ({"body.first_name": "I\nda"}, "body parameter 1"),
        ({"body.parcel_no": "1\t18"}, "body parameter 2"),
        ({"body.parcel_no": "1     18"}, "body parameter 2"),
        ({"body.parcel_no": "null \x00"}, "body parameter 2"),
        ({"body.parcel_no": "half \ud83d"}, "body parameter 2"),
        ({"body.parcel_no": "   "}, "body parameter 2"),
        ({"body.first_name": "x" * 1000}, "body"),
        ({"button.0": "x" * 2001}, "button 0"),
        ({"button.1": "x" * 257}, "button 1"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(changes, field):
    with pytest.raises(ContentError) as refusal:
        fill(NAMED, VALUES | changes)
    assert refusal.value.field == field


def test_four_blanks_in_a_row_are_taken():
    assert fill(NAMED, VALUES | {"body.first_name": "I    da"})


@pytest.mark.parametrize(
    "more",
    [
        {"type": "CAROUSEL", "cards": []},
        {"type": "LIMITED_TIME_OFFER"},
        {"type": "BUTTONS", "buttons": [{"type": "MPM", "text": "View"}]},
    ],
)
def test_parts_that_only_a_program_can_fill_are_refused_here(more):
    with pytest.raises(ContentError, match="cannot be filled in here"):
        fill([*STATIC, more], {})


def test_components_of_a_program_are_taken_when_they_fit():
    check(NAMED, fill(NAMED, VALUES)[0])
    check(STATIC, [])
    check(STATIC, [{"type": "body"}])
    money = {"type": "currency", "currency": {"fallback_value": "12 €", "code": "EUR", "amount_1000": 12000}}
    date = {"type": "date_time", "date_time": {"fallback_value": "today"}}
    check([{"type": "BODY", "text": "{{1}} due {{2}} now"}], [{"type": "BODY", "parameters": [money, date]}])
    quick = [*STATIC, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}]}]
    check(quick, [button(0, "QUICK_REPLY", type="payload", payload="p")])
    check(quick, [{"type": "CAROUSEL", "cards": []}])
    catalog = [*STATIC, {"type": "BUTTONS", "buttons": [{"type": "CATALOG", "text": "View"}]}]
    check(catalog, [button("0", "catalog", type="action", action={})])


HEADLINE = [{"type": "HEADER", "text": "Order {{number}}"}, {"type": "BODY", "text": "Hi {{1}} and {{2}}!"}, *NAMED[3:]]
HEAD = {"type": "header", "parameters": [{"type": "text", "text": "118", "parameter_name": "number"}]}
TRACK = button("0", "url", type="text", text="118")
FITS = [HEAD, body("Ida", "Mia"), TRACK]


def test_what_the_refusals_below_start_from_fits():
    check(HEADLINE, FITS)


@pytest.mark.parametrize(
    "components, field",
    [
        (None, "components"),
        (["body"], "components"),
        ([{"type": "footer"}], "components"),
        ([HEAD, TRACK], "body"),
        ([HEAD, body("Ida"), TRACK], "body"),
        ([HEAD, body("Ida", "Mia", "Noor"), TRACK], "body"),
        ([HEAD, body("Ida", "Mia"), body("Ida", "Mia"), TRACK], "body"),
        ([HEAD, {"type": "body", "parameters": "Ida"}, TRACK], "body"),
        (
            [HEAD, {"type": "body", "parameters": [{"type": "text"}, {"type": "text", "text": 7}]}, TRACK],
            "body parameter 1",
        ),
        (
            [HEAD, {"type": "body", "parameters": [{"type": "text", "text": "Ida"}, {"type": "image"}]}],
            "body parameter 2",
        ),
        ([HEAD, {"type": "body", "parameters": [{}, {}]}, TRACK], "body parameter 1"),
        ([body("Ida", "Mia"), TRACK], "header"),
        ([{"type": "header", "parameters": [{"type": "text", "text": "118"}]}, *FITS[1:]], "header parameter 1"),
        (
            [{"type": "header", "parameters": [HEAD["parameters"][0] | {"text": "x" * 60}]}, *FITS[1:]],
            "header",
        ),
        (FITS[:2], "button 0"),
        ([*FITS, TRACK], "button 0"),
        ([*FITS[:2], button("2", "url", type="text", text="1")], "button"),
        ([*FITS[:2], button("-1", "url", type="text", text="1")], "button"),
        ([*FITS[:2], button(True, "url", type="text", text="1")], "button"),
        ([*FITS[:2], button(None, "url", type="text", text="1")], "button"),
        ([*FITS[:2], button(0, "quick_reply", type="payload", payload="1")], "button 0"),
        ([*FITS[:2], button(0, "", type="payload", payload="1")], "button 0"),
        ([*FITS[:2], button(0, "url")], "button 0"),
        ([*FITS[:2], button(0, "url", type="payload", payload="1")], "button 0"),
        ([*FITS[:2], button(0, "url", type="text", text="")], "button 0"),
    ],
)
def test_components_of_a_program_that_do_not_fit_are_refused_by_name(components, field):
    with pytest.raises(ContentError) as refusal:
        check(HEADLINE, components)
    assert refusal.value.field == field


def test_a_named_value_that_is_missing_is_named():
    twice = {"type": "text", "text": "Ida", "parameter_name": "first_name"}
    components = fill(NAMED, VALUES)[0]
    components[1] = {"type": "body", "parameters": [twice, twice]}
    with pytest.raises(ContentError, match="“parcel_no” in the body is missing"):
        check(NAMED, components)


@pytest.mark.parametrize(
    "header",
    [
        [],
        [{"type": "header", "parameters": [{"type": "text", "text": "x"}]}],
        [{"type": "header", "parameters": [{"type": "location", "location": {"latitude": 1}}]}],
        [{"type": "header", "parameters": [{"type": "location", "location": "here"}]}],
    ],
)
def test_a_header_of_another_kind_is_refused(header):
    with pytest.raises(ContentError, match="header"):
        check(LOCATION, header)


def test_a_static_link_takes_no_value():
    static = [*STATIC, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Shop", "url": "https://example.test"}]}]
    with pytest.raises(ContentError, match="no variable"):
        check(static, [button("0", "url", type="text", text="x")])


@pytest.mark.parametrize("status", ["APPROVED", "approved", "FLAGGED"])
def test_an_approved_template_has_no_problem(status):
    assert problem(status) == ""


@pytest.mark.parametrize(
    "status, word",
    [
        ("PENDING", "reviewing"),
        ("REJECTED", "rejected"),
        ("PAUSED", "paused"),
        ("DISABLED", "disabled"),
        ("", "not approved"),
    ],
)
def test_a_template_that_cannot_be_sent_says_why(status, word):
    assert word in problem(status)


PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Z")), min_size=1, max_size=60)


@given(PLAIN, PLAIN, PLAIN)
def test_whatever_fits_is_shown_as_it_will_be_read(first_name, parcel_no, suffix):
    values = VALUES | {"body.first_name": first_name, "body.parcel_no": parcel_no, "button.0": suffix}
    components, preview = fill(NAMED, values)
    assert preview["body"] == f"Hello {first_name}, parcel {parcel_no} is on its way."
    assert components[2]["parameters"][0]["text"].isascii()


@given(
    st.recursive(
        st.none() | st.text() | st.integers() | st.sampled_from(["BODY", "BUTTONS", "URL", "Hi {{1}} {{a}}", "{{2}}"]),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "text", "format", "url", "buttons", "parameters", "index", "sub_type", "example"]
                ),
                inner,
            )
        ),
        max_leaves=20,
    ),
    st.data(),
)
def test_odd_components_are_refused_and_never_break(components, data):
    sent = data.draw(st.sampled_from([components, [], [components], NAMED, fill(NAMED, VALUES)[0]]))
    variables(components)
    for stored in (components, NAMED):
        with suppress(ContentError):
            check(stored, sent)
