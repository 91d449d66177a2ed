"""The public client pywa works unchanged against the sandbox: send, media, templates, set-up."""

import pytest
from pywa import WhatsApp
from pywa.errors import InvalidParameter, ReEngagementMessage, WhatsAppError
from pywa.types import Button, Command, Section, SectionList, SectionRow
from pywa.types.templates import (
    BodyText,
    Buttons,
    FooterText,
    QuickReplyButton,
    Template,
    TemplateCategory,
    TemplateLanguage,
)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf"
    "c0000000030001018dd9d8c30000000049454e44ae426082"
)


@pytest.fixture
def wa(handle, sandbox):
    number = sandbox.numbers()[0]
    client = WhatsApp(
        phone_id=number["phone_number_id"], token=number["access_token"], waba_id=number["waba_id"], verify_token="-"
    )
    client.api._session.base_url = f"{handle.url}/v25.0/"
    yield client
    client.api._session.close()


@pytest.fixture
def amira(sandbox):
    person = sandbox.customer("Amira")
    person.writes("Hello")
    return person


def test_text_buttons_list_and_reaction_reach_the_phone(wa, amira, sandbox):
    wa.send_message(to=amira.phone, text="Good morning", tracker="one")
    wa.send_message(to=amira.phone, text="Keep it?", buttons=[Button("Yes", "y"), Button("No", "n")])
    rows = SectionList("Topics", [Section("Parcels", [SectionRow("Late", "late", "It is late")])])
    wa.send_message(to=amira.phone, text="About what?", buttons=rows)
    wa.send_reaction(to=amira.phone, emoji="👍", message_id=amira.messages()[0]["id"])
    assert [m["type"] for m in sandbox.sent(amira)] == ["text", "interactive", "interactive", "reaction"]
    assert sandbox.sent(amira)[0]["callback_data"] == "one"
    assert amira.messages()[0]["reactions"] == {"business": "👍"}


def test_pictures_documents_and_places_arrive(wa, amira, sandbox):
    wa.send_image(to=amira.phone, image=PNG, caption="the crack", mime_type="image/png")
    wa.send_document(to=amira.phone, document=b"%PDF-1.4", filename="a.pdf", mime_type="application/pdf")
    wa.send_location(to=amira.phone, latitude=52.5, longitude=13.4, name="Shop", address="Uferstr. 12")
    assert [m["type"] for m in sandbox.sent(amira)] == ["image", "document", "location"]


def test_media_goes_up_comes_down_and_is_deleted(wa):
    media = wa.upload_media(media=PNG, mime_type="image/png", filename="dot.png")
    found = wa.get_media_url(media.id)
    assert (found.mime_type, found.file_size) == ("image/png", len(PNG))
    assert wa.get_media_bytes(url=found.url) == PNG
    assert wa.delete_media(media.id)
    with pytest.raises(WhatsAppError):
        wa.get_media_url(media.id)


def test_read_mark_and_typing_show_on_the_phone(wa, amira):
    wamid = amira.messages()[0]["id"]
    wa.mark_message_as_read(wamid)
    wa.indicate_typing(wamid)
    assert amira.messages()[0]["status"] == "read"


def test_closed_window_becomes_a_failed_status_with_the_code_pywa_knows(wa, sandbox):
    luis = sandbox.customer("luis")
    wa.send_message(to=luis.phone, text="Hello")
    sent = sandbox.waits_for_sent(customer=luis, status="failed")
    assert sent["error"]["code"] == 131047
    sandbox.settings(refuse_closed_window_at_once=True)
    with pytest.raises(ReEngagementMessage):
        wa.send_message(to=luis.phone, text="Hello")


def test_templates_are_listed_with_summary_created_edited_and_deleted(wa, sandbox):
    listed = wa.get_templates()
    assert (listed.total_count, listed.message_template_limit) == (10, 6000)
    made = wa.create_template(
        Template(
            name="opening_hours",
            category=TemplateCategory.UTILITY,
            language=TemplateLanguage.ENGLISH_US,
            components=[
                BodyText("We are open from {{1}} today.", "9"),
                FooterText(text="Hafen"),
                Buttons(buttons=[QuickReplyButton(text="Thanks")]),
            ],
        )
    )
    sandbox._waits(lambda: [1] if wa.get_template(made.id).status == "APPROVED" else [], 1, 5, "approval")
    assert wa.get_template(made.id).name == "opening_hours"
    assert wa.delete_template("opening_hours", template_id=made.id)
    with pytest.raises(WhatsAppError):
        wa.get_template(made.id)


def test_a_template_is_sent_with_its_parameters(wa, sandbox):
    luis = sandbox.customer("luis")
    sent = wa.send_template(
        to=luis.phone,
        name="parcel_arrived",
        language=TemplateLanguage.ENGLISH,
        params=[BodyText.params("Luís", "HC-7", "Friday")],
    )
    shown = sandbox.waits_for_sent(customer=luis, status="delivered")
    assert shown["id"] == sent.id
    assert shown["shown"]["body"] == "Hello Luís, your parcel HC-7 has arrived and waits for you until Friday."


def test_number_profile_and_automation_are_read_and_set(wa):
    assert wa.get_business_phone_number().display_phone_number == "+49 30 55500142"
    assert wa.get_business_phone_numbers()
    assert wa.get_business_profile().about == "Parcels, letters and good advice"
    assert wa.update_business_profile(about="Closed on Sundays")
    assert wa.get_business_profile().about == "Closed on Sundays"
    assert wa.update_conversational_automation(ice_breakers=["Hello?"], commands=[Command("status", "Show it")])
    assert wa.get_business_phone_number().conversational_automation.ice_breakers == ("Hello?",)
    assert wa.get_business_account().name == "Hafen & Co Berlin"


def test_too_long_a_button_is_refused(wa, amira):
    with pytest.raises((InvalidParameter, WhatsAppError)) as refused:
        wa.send_message(to=amira.phone, text="?", buttons=[Button("x" * 21, "y")])
    assert refused.value.code == 131009


def test_a_wrong_token_is_refused(handle, wa):
    wa.api._session.headers["Authorization"] = "Bearer nonsense"
    with pytest.raises(WhatsAppError) as refused:
        wa.get_business_phone_number()
    assert refused.value.code == 190
