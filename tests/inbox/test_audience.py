"""Whom an audience and a group mean, and which contacts an agent sees."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from inbox.actions import groups
from inbox.actions.joining import join
from inbox.actions.refusals import NotAllowed, Refusal
from inbox.models import Contact, Group
from inbox.queries import contacts_for, contacts_of, in_batches, members
from inbox.rules.audience import read
from tests.factories import make_agent, make_contact, make_conversation, make_number, make_tag, make_thread

pytestmark = pytest.mark.django_db


def found(**told):
    return set(contacts_of(read(told)).values_list("name", flat=True))


# --- Filters ----------------------------------------------------------------------------------------------------------


def test_words_find_a_part_of_name_phone_and_email():
    make_contact("Ida Bauer", email="ida@example.com", phone="+4915112345678")
    make_contact("Omar", email="omar@example.org", phone="+351912345000")
    assert found(words="bauer") == found(words="example.com") == found(words="0151 1234") == {"Ida Bauer"}
    assert found(words="912345") == {"Omar"}


def test_a_tag_of_any_of_their_conversations_counts():
    vip = make_tag("VIP")
    make_conversation("closed", contact=make_contact("Ida")).tags.add(vip)
    make_conversation(contact=make_contact("Omar"))
    assert found(tag=vip.pk) == {"Ida"}


def test_a_number_an_owner_and_a_countrys_phones():
    berlin, lena = make_number(), make_agent("Lena")
    make_thread(make_contact("Ida", phone="+4915112345678"), berlin)
    make_contact("Omar", phone="+351912345678", owner=lena)
    assert found(number=berlin.pk) == found(country="49") == {"Ida"}
    assert found(owner=lena.pk) == found(country="351") == {"Omar"}
    assert found(country="49", owner=lena.pk) == set()


@pytest.mark.parametrize(
    "test, value, names",
    [
        ("equals", "3", {"number", "text"}),
        ("equals", "true", {"truth"}),
        ("contains", "ERL", {"city"}),
        ("exists", "", {"number", "text", "truth", "city"}),
        ("equals", "1e999", set()),
    ],
)
def test_attributes_are_compared_as_a_person_reads_them(test, value, names):
    for name, told in {"number": 3, "text": "3", "truth": True, "city": "Berlin"}.items():
        make_contact(name, attributes={"asked": told})
    make_contact("none", attributes={"other": "3"})
    assert found(attributes=[{"name": "asked", "test": test, "value": value}]) == names


def test_days_of_the_first_contact_and_of_the_last_word():
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    ida, omar = make_contact("Ida", created_at=noon), make_contact("Omar", created_at=noon + timedelta(days=2))
    make_contact("Silent", created_at=noon)
    for contact, wrote_at in ((ida, noon), (omar, noon + timedelta(days=2))):
        thread = make_thread(contact)
        thread.window_until = wrote_at + timedelta(hours=24)
        thread.save()
    assert found(created_after="2026-11-22") == {"Omar"}
    assert found(created_before="2026-11-22") == {"Ida", "Silent"}
    assert found(wrote_after="2026-11-21") == {"Omar"}
    assert found(wrote_before="2026-11-21") == {"Ida"}


def test_consent_of_a_channel():
    make_contact("Ida", email_optout="marketing")
    make_contact("Omar", whatsapp_optout="all")
    assert found(consent="email") == found(consent="no_whatsapp") == {"Omar"}
    assert found(consent="no_email") == found(consent="whatsapp") == {"Ida"}
    assert found(consent="sms") == {"Ida", "Omar"}


def test_whoever_became_a_part_of_another_is_nobody_of_their_own():
    ida, twin = make_contact("Ida"), make_contact("Twin")
    join(ida, twin, timezone.now())
    assert found() == {"Ida"}


def test_batches_hold_everybody_once_with_a_query_for_each(django_assert_num_queries):
    Contact.objects.bulk_create(Contact(name=str(place)) for place in range(25))
    with django_assert_num_queries(4):
        batches = list(in_batches(contacts_of(read({})), size=10, columns=("pk", "name")))
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert len({row[0] for batch in batches for row in batch}) == 25


# --- Who sees whom ----------------------------------------------------------------------------------------------------


def test_agents_see_the_contacts_of_conversations_that_they_see_supervisors_their_numbers_admins_all():
    berlin, porto = make_number("Berlin"), make_number("Porto")
    lena, boss = make_agent("Lena", numbers=[berlin]), make_agent("Boss", role="supervisor", numbers=[berlin])
    other = make_agent("Other", numbers=[berlin])
    make_conversation("assigned", number=berlin, contact=make_contact("mine"), assignee=lena)
    make_conversation("closed", number=berlin, contact=make_contact("closed of others"), last_agent=other)
    make_thread(make_contact("imported"), berlin)
    make_conversation(number=porto, contact=make_contact("elsewhere"))
    make_contact("nowhere")

    def sees(agent):
        return set(contacts_for(agent).values_list("name", flat=True))

    assert sees(lena) == {"mine"}
    assert sees(boss) == {"mine", "closed of others", "imported"}
    assert sees(make_agent(role="admin")) == {"mine", "closed of others", "imported", "elsewhere", "nowhere"}
    assert sees(make_agent(numbers=[berlin], is_active=False)) == set()


# --- Groups -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def berlin():
    return make_number("Berlin")


@pytest.fixture
def boss(berlin):
    return make_agent("Boss", role="supervisor", numbers=[berlin])


def names(contacts):
    return set(contacts.values_list("name", flat=True))


def test_a_set_keeps_whom_its_maker_sees(berlin, boss):
    for name in ("Ida", "Omar"):
        make_thread(make_contact(name), berlin)
    make_thread(make_contact("elsewhere"))
    group = groups.save_set(" Newsletter  readers ", Contact.objects.all(), boss)
    assert (group.name, names(members(group))) == ("Newsletter readers", {"Ida", "Omar"})
    assert groups.add_contacts(group, Contact.objects.filter(name="Ida"), boss) == 0
    assert groups.remove_contacts(group, Contact.objects.filter(name="Ida").values("pk"), boss) == 1
    assert names(members(group)) == {"Omar"}


def test_a_filter_is_evaluated_when_it_is_used(boss):
    group = groups.save_filter("Portugal", read({"country": "351"}), boss)
    assert names(members(group)) == set()
    make_contact("Omar", phone="+351912345678")
    assert names(members(Group.objects.get())) == {"Omar"}
    assert names(members(group, contacts_for(boss))) == set()


def test_a_group_follows_two_contacts_that_become_one(berlin, boss):
    ida, twin = make_thread(number=berlin).contact, make_thread(number=berlin).contact
    group = groups.save_set("Twins", Contact.objects.filter(pk=twin.pk), boss)
    join(ida, twin, timezone.now())
    assert list(members(group)) == [ida]


@pytest.mark.parametrize("name", ["", "   ", "n" * 81, "THE GROUP", None])
def test_a_name_that_is_none_or_taken_is_refused_in_words(boss, name):
    groups.save_filter("The group", read({"country": "49"}), boss)
    with pytest.raises(Refusal) as refused:
        groups.save_filter(name, read({"country": "49"}), boss)
    assert refused.value.field == "name"


def test_a_filter_has_no_members_to_add_and_everybody_is_no_filter(boss):
    with pytest.raises(Refusal):
        groups.save_filter("Everybody", read({}), boss)
    group = groups.save_filter("Germany", read({"country": "49"}), boss)
    with pytest.raises(Refusal):
        groups.add_contacts(group, Contact.objects.all(), boss)


def test_agents_change_no_groups(berlin, boss):
    lena, group = make_agent(numbers=[berlin]), groups.save_filter("Germany", read({"country": "49"}), boss)
    for change in (
        lambda: groups.save_set("Mine", Contact.objects.all(), lena),
        lambda: groups.rename(group, "Mine", lena),
        lambda: groups.delete(group, lena),
    ):
        with pytest.raises(NotAllowed):
            change()
    groups.rename(group, "Deutschland", boss)
    groups.delete(group, boss)
    assert not Group.objects.exists()
