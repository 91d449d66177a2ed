"""The demo's cast: one firm with a shop in Berlin and one in Lisbon, their message templates, and their customers.

Everything is fixed, so that whoever reads GET /control/numbers and /control/customers finds the same people every time.
The keys are made up and open nothing but this sandbox.
"""

from whatsapp.sandbox.records import Account, Customer, Number, Template

PORTFOLIO = {"portfolio_id": "306000000000011", "portfolio_name": "Hafen & Co"}

BERLIN = "109000000000017"
LISBON = "109000000000025"
BERLIN_ACCOUNT = "208000000000042"
LISBON_ACCOUNT = "208000000000059"


def accounts() -> list[Account]:
    return [
        Account(
            id=BERLIN_ACCOUNT,
            name="Hafen & Co Berlin",
            app_id="511000000000301",
            app_secret="7c1f0be49a5d2e8836b1f4c7d09a3e52",
            verify_token="hafen-berlin-4Kx9vQ2m",
            access_token="EAAHsandboxBerlin0ZCq7dT1pWk5uYx3RfLmN8aVbGj2HcQe9Xo4ZDZD",
            **PORTFOLIO,
        ),
        Account(
            id=LISBON_ACCOUNT,
            name="Hafen & Co Lisboa",
            app_id="511000000000302",
            app_secret="e20d91b87f3346acb5c86a0f17e4d9b3",
            verify_token="hafen-lisboa-8Tn3wZ6c",
            access_token="EAAHsandboxLisboa0ZBr4kU9sXm2vJy7QgPnC6eWdFi1LbTa5Ro8ZDZD",
            country="PT",
            timezone_id="94",
            **PORTFOLIO,
        ),
    ]


def numbers() -> list[Number]:
    return [
        Number(
            id=BERLIN,
            account_id=BERLIN_ACCOUNT,
            display_phone_number="+49 30 55500142",
            verified_name="Hafen & Co Berlin",
            profile={
                "about": "Parcels, letters and good advice",
                "address": "Uferstr. 12, 13357 Berlin",
                "description": "Parcel shop at the canal. Mon to Sat, 9 to 18.",
                "email": "berlin@hafen.example",
                "websites": ["https://hafen.example/berlin"],
                "vertical": "RETAIL",
            },
            automation={
                "prompts": ["Where is my parcel?", "When are you open?", "I want to send a parcel"],
                "commands": [],
                "enable_welcome_message": True,
            },
        ),
        Number(
            id=LISBON,
            account_id=LISBON_ACCOUNT,
            display_phone_number="+351 21 5550188",
            verified_name="Hafen & Co Lisboa",
            profile={
                "about": "Encomendas desde 1988",
                "address": "Rua do Cais 7, 1200-109 Lisboa",
                "description": "Loja de encomendas junto ao rio.",
                "email": "lisboa@hafen.example",
                "websites": ["https://hafen.example/lisboa"],
                "vertical": "RETAIL",
            },
            automation={
                "prompts": ["Onde está a minha encomenda?", "Qual é o horário?"],
                "commands": [],
                "enable_welcome_message": True,
            },
            announces_edits=True,
        ),
    ]


def customers() -> list[Customer]:
    people = [
        ("amira", "Amira Haddad", "4915155501301", "DE.40318827715593026144", "ar"),
        ("luis", "Luís Ortega", "351915550122", "PT.61720043918820557391", "pt"),
        ("ida", "Ida Brandt", "4917255501377", "DE.52890117364420981735", "de"),
        ("noam", "נועם לוי", "972525550164", "IL.83310962247715530482", "he"),
        ("chiara", "Chiara Conti", "393475550119", "IT.17449230086615927304", "it"),
        ("kwame", "Kwame Mensah", "233245550147", "GH.29067715538841026917", "en"),
        ("yuki", "田中 ゆき", "818055501183", "JP.70552981136604713298", "ja"),
        ("zeynep", "Zeynep Kaya", "4917655501466", "DE.94416207785530118263", "tr"),
        ("joao", "João Baptista", "551155501120", "BR.36802715994417720586", "pt"),
        ("elodie", "Élodie Martin", "33655501178", "FR.48127730955162094471", "fr"),
        ("tomasz", "Tomasz Zieliński", "48605550132", "PL.55930618274410926683", "pl"),
        ("priya", "Priya Raman 🌿", "919855501190", "IN.12287490365517742906", "en"),
    ]
    cast = [Customer(id=i, name=n, phone=p, user_id=u, language=lang) for i, n, p, u, lang in people]
    usernames = {"ida": "ida.b", "chiara": "chiara.conti", "priya": "priya_grows"}
    for person in cast:
        person.username = usernames.get(person.id, "")
    return [*cast, _without_phone()]


def _without_phone() -> Customer:
    """Hides the phone number behind a username: webhooks carry only the business-scoped user id."""
    return Customer(
        id="robin",
        name="Robin",
        phone="31655501109",
        user_id="NL.68813305527194460712",
        username="robin.vd",
        shares_phone=False,
        language="nl",
    )


def _text_template(name: str, language: str, category: str, body: str, samples: list[str], **more) -> dict:
    component = {"type": "BODY", "text": body}
    if samples:
        component["example"] = {"body_text": [samples]}
    return {"name": name, "language": language, "category": category, "components": [component], **more}


def _footer(text: str) -> dict:
    return {"type": "FOOTER", "text": text}


def _buttons(*buttons: dict) -> dict:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def _quick(text: str) -> dict:
    return {"type": "QUICK_REPLY", "text": text}


def _media_header(format: str) -> dict:
    return {"type": "HEADER", "format": format, "example": {"header_handle": ["https://hafen.example/sample"]}}


def _templates() -> list[dict]:
    return [
        _text_template("hello_world", "en_US", "UTILITY", "Welcome. This message shows that sending works.", []),
        _text_template(
            "parcel_arrived",
            "en",
            "UTILITY",
            "Hello {{1}}, your parcel {{2}} has arrived and waits for you until {{3}}.",
            ["Ida", "HC-118", "Friday"],
        ),
        _text_template(
            "parcel_arrived",
            "de",
            "UTILITY",
            "Hallo {{1}}, Ihr Paket {{2}} ist da und liegt bis {{3}} für Sie bereit.",
            ["Ida", "HC-118", "Freitag"],
        ),
        _named(),
        _track(),
        _invoice(),
        _offer(),
        _reengagement(),
        _text_template(
            "storm_notice",
            "en",
            "UTILITY",
            "Because of the storm, parcel {{1}} comes a day later.",
            ["118"],
            status="PAUSED",
        ),
        _text_template(
            "autumn_survey", "en", "MARKETING", "Would you tell us how the autumn was for you?", [], status="PENDING"
        ),
    ]


def _named() -> dict:
    examples = [{"param_name": "first_name", "example": "Ida"}, {"param_name": "day", "example": "Tuesday"}]
    body = "Dear {{first_name}}, we come to collect your parcel on {{day}} between 9 and 12."
    return {
        "name": "pickup_planned",
        "language": "en_US",
        "category": "UTILITY",
        "parameter_format": "NAMED",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Collection on its way"},
            {"type": "BODY", "text": body, "example": {"body_text_named_params": examples}},
            _footer("Hafen & Co, Uferstr. 12"),
            _buttons(_quick("That suits me"), _quick("Another day")),
        ],
    }


def _track() -> dict:
    url = {"type": "URL", "text": "Track parcel", "url": "https://hafen.example/t/{{1}}"}
    return {
        "name": "parcel_update",
        "language": "en_US",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Parcel {{1}}", "example": {"header_text": ["HC-118"]}},
            {
                "type": "BODY",
                "text": "Hello {{1}}, your parcel is now in {{2}}.",
                "example": {"body_text": [["Ida", "Hamburg"]]},
            },
            _footer("Do not answer with card data"),
            _buttons({**url, "example": ["https://hafen.example/t/118-abc"]}, _quick("Stop updates")),
        ],
    }


def _invoice() -> dict:
    return {
        "name": "invoice_ready",
        "language": "en",
        "category": "UTILITY",
        "components": [
            _media_header("DOCUMENT"),
            {
                "type": "BODY",
                "text": "Invoice {{1}} for {{2}} is attached to this message.",
                "example": {"body_text": [["118", "Ida Brandt"]]},
            },
            _buttons({"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+493055500142"}),
        ],
    }


def _offer() -> dict:
    return {
        "name": "winter_offer",
        "language": "en",
        "category": "MARKETING",
        "components": [
            _media_header("IMAGE"),
            {
                "type": "BODY",
                "text": "{{1}} off every parcel until the end of the month. Just show this message.",
                "example": {"body_text": [["20 %"]]},
            },
            _footer("Reply STOP to hear no more offers"),
            _buttons({"type": "URL", "text": "See prices", "url": "https://hafen.example/prices"}, _quick("No offers")),
        ],
    }


def _reengagement() -> dict:
    return {
        "name": "reengagement",
        "language": "en",
        "category": "UTILITY",
        "components": [
            {
                "type": "BODY",
                "text": "Hello {{1}}, we have news about your question. Shall we go on here?",
                "example": {"body_text": [["Ida"]]},
            },
            _buttons(_quick("Yes, please"), _quick("Not now")),
        ],
    }


def templates() -> list[Template]:
    """The same templates in both accounts; ids are fixed: 991… with the account's last digits."""
    made = []
    for account in (BERLIN_ACCOUNT, LISBON_ACCOUNT):
        for place, shape in enumerate(_templates()):
            made.append(Template(id=f"991{account[-3:]}{place:09d}", account_id=account, **shape))
    return made
