"""News about templates, numbers and accounts, from Meta's POST to our rows."""

import pytest

from tests.whatsapp.captured import body
from tests.whatsapp.posting import delivered, make_captured_number
from whatsapp.models import MessageTemplate, Number

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    return make_captured_number()


@pytest.fixture
def template(number):
    return MessageTemplate.objects.create(
        account=number.account, meta_id="9911223344", name="parcel_update", language="en_US", status="PENDING"
    )


def account_update(**value):
    changes = [{"field": "account_update", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "208000000000042", "changes": changes}]}


@pytest.mark.parametrize(
    "name, status",
    [
        ("template_approved", "APPROVED"),
        ("template_rejected", "REJECTED"),
        ("template_paused", "PAUSED"),
        ("template_disabled", "DISABLED"),
        ("template_reinstated", "APPROVED"),
    ],
)
def test_a_templates_status_is_kept_current(template, name, status):
    assert delivered(body(name)).problems == []
    template.refresh_from_db()
    assert template.status == status


def test_a_rejection_says_why_and_an_approval_forgets_it(template):
    delivered(body("template_rejected"))
    template.refresh_from_db()
    assert "Two variables" in template.rejected_reason
    delivered(body("template_approved"))
    template.refresh_from_db()
    assert template.rejected_reason == ""


def test_quality_and_category_are_kept_current(template):
    delivered(body("template_quality"))
    delivered(body("template_category_changed"))
    template.refresh_from_db()
    assert (template.quality, template.category) == ("YELLOW", "MARKETING")


def test_a_template_without_metas_id_is_found_by_name_and_language(template):
    MessageTemplate.objects.update(meta_id="")
    delivered(body("template_approved"))
    template.refresh_from_db()
    assert template.status == "APPROVED"


@pytest.mark.parametrize("name", ["template_approved", "template_components"])
def test_what_is_told_only_in_part_is_fetched(number, name, monkeypatch):
    woken = []
    monkeypatch.setattr("whatsapp.updates.wake", lambda *call: woken.append(call))
    delivered(body(name))
    assert woken == [("whatsapp.tasks.sync_templates", number.account_id)]


def test_a_numbers_limit_and_verified_name_are_kept_current(number):
    assert delivered(body("number_quality")).problems == []
    assert delivered(body("number_name")).problems == []
    number.refresh_from_db()
    assert (number.messaging_limit, number.verified_name) == ("TIER_2K", "Brandt KG")


def test_news_of_an_account_or_a_number_that_is_not_ours_are_a_problem(number):
    Number.objects.update(display_phone_number="+1 555 0100")
    assert "is connected here" in delivered(body("number_name")).problems[0]["reason"]
    number.account.waba_id = "another"
    number.account.save()
    assert "is connected here" in delivered(body("template_approved")).problems[0]["reason"]


def test_a_rate_limit_passes_but_the_numbers_own_fault_stops_its_sending(number):
    delivered(body("number_faulted"))
    number.refresh_from_db()
    assert not number.is_on_hold
    delivered(body("number_faulted").replace(b"130429", b"131042"))
    number.refresh_from_db()
    assert number.is_on_hold
    assert number.held_reason


def test_an_account_that_meta_cuts_off_holds_its_numbers_until_it_is_back(number):
    delivered(account_update(event="DISABLED_UPDATE", ban_info={"waba_ban_state": "DISABLE"}))
    number.refresh_from_db()
    assert number.is_on_hold
    delivered(account_update(event="DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"}))
    number.refresh_from_db()
    assert not number.is_on_hold


@pytest.mark.parametrize("ban", [{"waba_ban_state": "SCHEDULE_FOR_DISABLE"}, {"waba_ban_state": 7}, "odd"])
def test_other_news_of_the_account_stop_nothing(number, ban):
    assert delivered(account_update(event="DISABLED_UPDATE", ban_info=ban)).problems == []
    number.refresh_from_db()
    assert not number.is_on_hold
