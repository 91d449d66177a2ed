"""Contacts in the inbox: found, looked at, changed, grouped, taken away; each sees what conversations allow."""

import pytest
from django.urls import reverse

from inbox.models import Consent, Contact, Event, Group
from tests.factories import make_agent, make_contact, make_conversation, make_number, make_tag, make_thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    return make_number("Berlin")


@pytest.fixture
def boss(berlin):
    return make_agent("Boss", role="supervisor", numbers=[berlin])


@pytest.fixture
def lena(berlin):
    return make_agent("Lena", numbers=[berlin])


@pytest.fixture
def ida(berlin):
    return make_thread(make_contact("Ida Bauer", phone="+4915112345678"), berlin).contact


@pytest.fixture
def omar(berlin):
    return make_thread(make_contact("Omar Silva", phone="+351912345678", email="omar@example.org"), berlin).contact


@pytest.fixture
def see(client):
    """GET a page as an agent; the answer."""

    def see(agent, name, /, *args, **query):
        client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
        return client.get(reverse(name, args=args), query)

    return see


@pytest.fixture
def post(client):
    def post(agent, name, /, *args, **data):
        client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
        return client.post(reverse(name, args=args), data, follow=True)

    return post


def shown(answer):
    return {row.name for row in answer.context["page"].rows}


# --- The list ---


def test_a_supervisor_finds_people_by_a_part_of_name_phone_and_email(see, boss, ida, omar):
    assert shown(see(boss, "contacts")) == {"Ida Bauer", "Omar Silva"}
    assert shown(see(boss, "contacts", words="bau")) == {"Ida Bauer"}
    assert shown(see(boss, "contacts", words="0151 1234")) == {"Ida Bauer"}
    assert shown(see(boss, "contacts", words="example.org")) == {"Omar Silva"}


def test_filters_narrow_and_are_said_in_words(see, boss, ida, omar):
    tag = make_tag("VIP")
    make_conversation("closed", thread=ida.threads.get()).tags.add(tag)
    answer = see(boss, "contacts", tag=tag.pk, country="49")
    assert shown(answer) == {"Ida Bauer"}
    assert "tagged VIP, phone begins with +49" in answer.content.decode()


def test_a_filter_that_makes_no_sense_says_so_and_shows_nobody(see, boss, ida):
    answer = see(boss, "contacts", created_after="yesterday")
    assert (answer.status_code, shown(answer)) == (200, set())
    assert "Enter a day as 2026-11-28." in answer.content.decode()


@pytest.mark.parametrize("query", [{"tag": "x"}, {"group": "999"}, {"cursor": "%%%"}, {"words": "\x00"}])
def test_no_address_breaks_the_page(see, boss, ida, query):
    assert see(boss, "contacts", **query).status_code == 200


def test_pages_follow_by_key_and_hold_everybody_once(see, boss, berlin):
    made = Contact.objects.bulk_create(Contact(name=f"c{n}") for n in range(120))
    for contact in made:
        make_thread(contact, berlin)
    names, cursor = [], ""
    for _ in range(3):
        answer = see(boss, "contacts", cursor=cursor)
        names += [row.name for row in answer.context["page"].rows]
        cursor = answer.context["page"].cursor
    assert (len(names), len(set(names)), cursor) == (120, 120, "")


def test_queries_do_not_grow_with_rows(client, see, boss, berlin, django_assert_max_num_queries):
    make_thread(make_contact(), berlin)
    see(boss, "contacts")
    with django_assert_max_num_queries(13) as few:
        client.get(reverse("contacts"))
    for _ in range(30):
        make_thread(make_contact(owner=boss), berlin)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(reverse("contacts"))


def test_states_of_an_empty_list(see, boss, ida):
    assert "Nobody matches" in see(boss, "contacts", words="zzz").content.decode()
    Contact.objects.all().delete()
    assert "No contacts yet" in see(boss, "contacts").content.decode()


# --- Who sees whom ---


def test_an_agent_sees_contacts_of_conversations_that_they_see_and_no_groups_or_imports(see, lena, berlin, ida, omar):
    make_conversation("assigned", thread=ida.threads.get(), assignee=lena)
    answer = see(lena, "contacts")
    assert shown(answer) == {"Ida Bauer"}
    assert see(lena, "contact", ida.pk).status_code == 200
    assert see(lena, "contact", omar.pk).status_code == 404
    for name in ("contact_groups", "contacts_import", "new_contact", "contacts_example"):
        assert see(lena, name).status_code == 403
    assert b"Import" not in answer.content


def test_contacts_of_other_numbers_are_nowhere(see, post, boss, ida):
    other = make_thread(make_contact("Elsewhere")).contact
    assert "Elsewhere" not in see(boss, "contacts").content.decode()
    assert "Elsewhere" not in b"".join(see(boss, "contacts_export").streaming_content).decode()
    assert see(boss, "contact", other.pk).status_code == 404
    assert post(boss, "consent_of_contact", other.pk, channel="email", wanted="all").status_code == 404
    post(boss, "new_contact_group", name="All", ids=f"{ida.pk},{other.pk}")
    assert list(Group.objects.get().contacts.all()) == [ida]
    assert see(make_agent(role="admin"), "contact", other.pk).status_code == 200


def test_a_stranger_is_led_to_the_login(client):
    assert client.get(reverse("contacts")).status_code == 302
    assert client.post(reverse("contacts_export")).status_code == 302


# --- One contact ---


def test_the_page_shows_what_is_known_and_the_conversations_that_the_agent_sees(see, lena, berlin, ida):
    mine = make_conversation("assigned", thread=ida.threads.get(), assignee=lena)
    other = make_conversation(contact=ida, number=make_number("Porto"))
    ida.attributes = {"city": "<b>Kiel</b>"}
    ida.save()
    html = see(lena, "contact", ida.pk).content.decode()
    assert reverse("conversation", args=[mine.pk]) in html
    assert reverse("conversation", args=[other.pk]) not in html
    assert "&lt;b&gt;Kiel" in html
    assert f"{reverse('inbox')}?new={ida.pk}" in html
    assert "4915112345678" in html


def test_queries_of_a_contact_do_not_grow_with_conversations(client, see, boss, ida, django_assert_max_num_queries):
    make_conversation("closed", thread=ida.threads.get())
    see(boss, "contact", ida.pk)
    with django_assert_max_num_queries(16) as few:
        client.get(reverse("contact", args=[ida.pk]))
    for _ in range(10):
        make_conversation("closed", thread=ida.threads.get(), assignee=boss)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(reverse("contact", args=[ida.pk]))


def test_consent_is_changed_and_kept_with_the_agents_name(post, lena, ida):
    make_conversation("assigned", thread=ida.threads.get(), assignee=lena)
    html = post(lena, "consent_of_contact", ida.pk, channel="whatsapp", wanted="all").content.decode()
    kept = Consent.objects.get()
    assert (kept.state, kept.source, kept.by) == ("all", "agent", lena)
    assert Contact.objects.get().whatsapp_optout == "all"
    assert Event.objects.get(kind="opted_out").actor == lena
    assert "wants nothing that we start" in html
    post(lena, "consent_of_contact", ida.pk, channel="whatsapp", wanted="never")
    post(lena, "consent_of_contact", ida.pk, channel="fax", wanted="all")
    assert Consent.objects.count() == 1


def test_a_contact_is_written_down_for_a_number(post, boss, berlin):
    told = {"name": "Nia", "phone": "030 901820", "number": berlin.pk, "attributes": "city: Kiel\nvip: yes"}
    post(boss, "new_contact", **told)
    nia = Contact.objects.get()
    assert (nia.name, nia.phone, nia.attributes) == ("Nia", "+4930901820", {"city": "Kiel", "vip": "yes"})
    assert nia.threads.get().number == berlin
    assert nia.identities.get().value == "4930901820"


@pytest.mark.parametrize(
    "told, field",
    [
        ({"phone": "12"}, "phone"),
        ({"email": "ida@"}, "email"),
        ({"phone": "+4930901820", "attributes": "no colon"}, "attributes"),
        ({"phone": "+4930901820", "number": "0"}, "number"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_typed_is_lost(post, boss, berlin, told, field):
    answer = post(boss, "new_contact", **{"name": "Nia", "number": berlin.pk, **told})
    assert answer.status_code == 400
    assert answer.context["form"].errors[field]
    assert 'value="Nia"' in answer.content.decode()
    assert not Contact.objects.exists()


def test_changing_keeps_the_types_of_attributes_takes_away_what_is_gone_and_refuses_anothers_phone(
    post, boss, ida, omar
):
    ida.attributes = {"orders": 3, "city": "Kiel"}
    ida.save()
    told = {"name": "Ida B.", "phone": ida.phone, "attributes": "orders: 3\nvip: yes", "external_id": ""}
    post(boss, "edit_contact", ida.pk, **told)
    ida.refresh_from_db()
    assert (ida.name, ida.attributes, ida.external_id) == ("Ida B.", {"orders": 3, "vip": "yes"}, None)
    refused = post(boss, "edit_contact", ida.pk, **told | {"phone": omar.phone})
    assert refused.status_code == 400
    assert "different contacts" in refused.content.decode()


def test_notes_are_kept(post, boss, ida):
    post(boss, "notes_of_contact", ida.pk, notes="Prefers mornings")
    ida.refresh_from_db()
    assert ida.notes == "Prefers mornings"


# --- Groups ---


def test_a_selection_becomes_a_group_and_grows(post, see, boss, ida, omar):
    post(boss, "new_contact_group", name="Readers", ids=str(ida.pk))
    group = Group.objects.get()
    assert shown(see(boss, "contact_group", group.pk)) == {"Ida Bauer"}
    post(boss, "add_to_contact_group", group=group.pk, query="country=351")
    assert shown(see(boss, "contact_group", group.pk)) == {"Ida Bauer", "Omar Silva"}
    assert shown(see(boss, "contact_group", group.pk, words="omar")) == {"Omar Silva"}
    post(boss, "remove_from_contact_group", group.pk, ids=str(ida.pk))
    assert shown(see(boss, "contact_group", group.pk)) == {"Omar Silva"}
    assert "Readers" in see(boss, "contact", omar.pk).content.decode()


def test_a_filter_becomes_a_group_that_finds_whoever_matches_later(post, see, boss, berlin):
    post(boss, "new_contact_group", name="Portugal", query="country=351", kind="filter")
    group = Group.objects.get()
    assert shown(see(boss, "contact_group", group.pk)) == set()
    make_thread(make_contact("Omar", phone="+351912345678"), berlin)
    assert shown(see(boss, "contact_group", group.pk)) == {"Omar"}
    assert "phone begins with +351" in see(boss, "contact_groups").content.decode()


def test_groups_are_renamed_and_deleted_and_their_contacts_stay(post, boss, ida):
    post(boss, "new_contact_group", name="Readers", ids=str(ida.pk))
    group = Group.objects.get()
    post(boss, "rename_contact_group", group.pk, name="Writers")
    assert Group.objects.get().name == "Writers"
    post(boss, "delete_contact_group", group.pk)
    assert (Group.objects.count(), Contact.objects.count()) == (0, 1)


def test_a_contacts_own_page_puts_it_into_a_group_and_takes_it_out(post, boss, ida):
    post(boss, "new_contact_group", name="Readers", query="words=nobody")
    group = Group.objects.get()
    post(boss, "groups_of_contact", ida.pk, add=group.pk)
    assert list(group.contacts.all()) == [ida]
    post(boss, "groups_of_contact", ida.pk, remove=group.pk)
    assert not group.contacts.exists()


@pytest.mark.parametrize(
    "told, words",
    [
        ({"name": "", "ids": "1"}, "Give the group a name."),
        ({"name": "Readers", "ids": ""}, "Tick the contacts that you mean first."),
        ({"name": "Readers", "ids": "1,x"}, "Tick the contacts that you mean first."),
        ({"name": "Readers", "query": "", "kind": "filter"}, "Choose a filter first"),
        ({"name": "Readers", "query": "tag=x"}, "This choice is not there any more."),
    ],
)
def test_a_group_that_cannot_be_is_refused_in_words(post, boss, ida, told, words):
    assert words in post(boss, "new_contact_group", **told).content.decode()
    assert not Group.objects.exists()


def test_agents_make_no_groups(post, lena, ida):
    assert "Only supervisors" in post(lena, "new_contact_group", name="Mine", ids=str(ida.pk)).content.decode()
    assert not Group.objects.exists()


# --- The table to take away ---


def test_an_export_holds_who_was_chosen_with_attributes_as_columns_and_no_formula(see, post, boss, ida, omar):
    ida.attributes, ida.notes = {"city": "Kiel"}, "=1+1"
    ida.save()
    lines = b"".join(see(boss, "contacts_export", words="ida").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].endswith("sms_optout,city")
    assert lines[1:] == ["Ida Bauer,'+4915112345678,,,,'=1+1,,,,Kiel"]
    ticked = b"".join(post(boss, "contacts_export", ids=str(omar.pk)).streaming_content).decode()
    assert "Omar Silva" in ticked
    assert "Ida" not in ticked
    assert "Tick the contacts" in post(boss, "contacts_export", ids="").content.decode()
