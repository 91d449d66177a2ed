"""Bring a table of contacts in: looked at first, then brought in, never doubled."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from inbox.actions import importing
from inbox.actions.refusals import NotAllowed
from inbox.models import Consent, Contact, ContactImport, Event, Group, Identity, Thread
from inbox.rules.contact_table import read_table
from tests.factories import make_agent, make_contact, make_number, make_thread, writes

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    return make_number("Berlin")


@pytest.fixture
def boss(client, berlin):
    agent = make_agent("Boss", role="supervisor", numbers=[berlin])
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    return agent


@pytest.fixture
def plan(berlin, boss):
    def plan(text, by=boss):
        return importing.plan(read_table(text.encode()), berlin, by)

    return plan


def verdicts(planned):
    return [(one.verdict, one.words) for one in planned]


@pytest.fixture
def brings(plan, berlin, boss):
    """Plan a table and bring it in."""

    def brings(text):
        planned = plan(text)
        importing.bring_in(planned, berlin, boss)
        return planned

    return brings


def test_a_line_makes_a_contact_whom_the_number_knows_and_their_words_find(brings, berlin, boss):
    brings(f"name,phone,email,owner,city\nNia,030 901820,nia@example.com,{boss.email.upper()},Kiel\n")
    nia = Contact.objects.get()
    assert (nia.name, nia.phone, nia.email, nia.owner) == ("Nia", "+4930901820", "nia@example.com", boss)
    assert nia.attributes == {"city": "Kiel"}
    assert nia.threads.get().number == berlin
    writes(nia, berlin, "Hello")
    assert (Contact.objects.count(), Thread.objects.count()) == (1, 1)


def test_whoever_has_the_phone_or_the_id_is_changed_and_empty_cells_change_nothing(brings, berlin):
    ida = make_contact("Ida", phone="+4915112345678", email="ida@example.com", attributes={"city": "Kiel", "age": 3})
    make_thread(ida, berlin)
    omar = make_contact("Omar", external_id="C-2")
    make_thread(omar, berlin)
    planned = brings(
        "name,phone,email,external_id,city\n"
        "Ida B.,0151 12345678,,C-1,Bonn\n"
        ",,omar@example.com,C-2,\n"
        "Ida B.,015112345678,,,\n"
    )
    assert [one.verdict for one in planned] == ["updated", "updated", "refused"]
    assert planned[0].changes == ("name", "external_id", "city")
    assert "stands in line 2 already" in planned[2].words
    ida.refresh_from_db()
    omar.refresh_from_db()
    assert (ida.name, ida.email, ida.external_id) == ("Ida B.", "ida@example.com", "C-1")
    assert ida.attributes == {"city": "Bonn", "age": 3}
    assert (omar.name, omar.email) == ("Omar", "omar@example.com")
    assert Contact.objects.count() == 2


def test_bringing_the_same_file_in_again_changes_nothing(brings, plan):
    text = "name,phone,whatsapp_optout,city\nIda,+4915112345678,all,Kiel\n"
    brings(text)
    assert [one.verdict for one in plan(text)] == ["unchanged"]
    brings(text)
    assert (Contact.objects.count(), Identity.objects.count(), Consent.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    "text, words",
    [
        ("phone\n12\n", "not a valid phone number"),
        ("email\nida@\n", "no email address"),
        ("phone,owner\n+4915112345678,nobody@example.com\n", "Nobody here has the email"),
        ("name,phone,email\nIda,,\n", "needs a phone, an email or an id"),
        ("email\na@example.com\nA@example.com\n", "stands in line 2 already"),
    ],
)
def test_a_line_that_cannot_be_is_left_out_with_the_reason(plan, text, words):
    assert words in plan(text)[-1].words


def test_a_phone_and_an_id_of_two_people_are_refused(plan, berlin):
    make_thread(make_contact(phone="+4915112345678"), berlin)
    make_thread(make_contact(external_id="C-2"), berlin)
    assert verdicts(plan("phone,external_id\n+4915112345678,C-2\n")) == [("refused", importing.SEVERAL)]


def test_an_id_or_an_email_reaches_nobody_whom_only_another_number_knows(plan):
    make_thread(make_contact("Elsewhere", external_id="C-1", email="e@example.com"))
    told = plan("external_id,email\nC-1,\n,e@example.com\n")
    assert verdicts(told) == [("refused", importing.ELSEWHERE)] * 2


def test_an_email_that_several_have_names_nobody(plan, berlin):
    for _ in range(2):
        make_thread(make_contact(email="team@example.com"), berlin)
    assert "Several contacts" in plan("email\nteam@example.com\n")[0].words


def test_refusals_in_the_table_go_into_the_registry(brings, berlin, boss):
    ida = make_thread(make_contact(phone="+4915112345678"), berlin).contact
    brings("phone,whatsapp_optout,email_optout\n+4915112345678,all,\n+4915112345679,,marketing\n")
    kept = Consent.objects.order_by("pk").values_list("contact__phone", "channel", "state", "source", "by")
    assert {tuple(map(str, row)) for row in kept} == {
        ("+4915112345678", "whatsapp", "all", "import", str(boss.pk)),
        ("+4915112345679", "email", "marketing", "import", str(boss.pk)),
    }
    assert Event.objects.get(kind="opted_out").thread.contact == ida


def test_ten_thousand_lines_are_judged_by_a_handful_of_queries_and_written_in_batches(
    plan, berlin, boss, django_assert_max_num_queries
):
    text = "name,phone\n" + "".join(f"C{n},+4915{n:09}\n" for n in range(110_000_000, 110_010_000))
    with django_assert_max_num_queries(12):
        planned = plan(text)
    assert importing.counts(planned)["created"] == 10_000
    with django_assert_max_num_queries(200):
        importing.bring_in(planned, berlin, boss)
    assert Contact.objects.count() == Thread.objects.count() == Identity.objects.count() == 10_000


def test_agents_and_supervisors_of_other_numbers_bring_nobody_in(plan, berlin):
    for by in (make_agent(numbers=[berlin]), make_agent(role="supervisor", numbers=[make_number()])):
        with pytest.raises(NotAllowed):
            plan("phone\n+4915112345678\n", by)


# --- The pages ---


def upload(client, number, text, name="people.csv"):
    file = SimpleUploadedFile(name, text.encode(), "text/csv")
    return client.post(reverse("contacts_import"), {"file": file, "number": number.pk}, follow=True)


def test_a_file_is_looked_at_before_anything_is_written_and_brought_in_with_its_group(client, boss, berlin):
    shown = upload(client, berlin, "name;phone\nNia;+4915112345678\nOmar;12\n").content.decode()
    assert "people.csv" in shown
    assert "not a valid phone number" in shown
    assert "Bring in 1 contact" in shown
    assert not Contact.objects.exists()
    kept = ContactImport.objects.get()
    answer = client.post(reverse("contacts_import_preview", args=[kept.pk]), {"group": "Spring"}, follow=True)
    assert "Brought in: 1 new, 0 changed." in answer.content.decode()
    assert Group.objects.get().contacts.get().name == "Nia"
    kept.refresh_from_db()
    assert (kept.text, kept.counts["refused"]) == ("", 1)
    client.post(reverse("contacts_import_preview", args=[kept.pk]))
    assert Contact.objects.count() == 1


def test_a_file_that_is_no_table_is_refused_beside_its_field(client, boss, berlin):
    answer = upload(client, berlin, "name\nNia\n")
    assert answer.status_code == 400
    assert "No column is called phone" in answer.content.decode()
    assert not ContactImport.objects.exists()


def test_the_example_can_be_brought_in(client, boss, berlin, plan):
    example = client.get(reverse("contacts_example")).content.decode("utf-8-sig")
    assert [one.verdict for one in plan(example)] == ["created", "created"]


def test_another_persons_file_is_not_to_be_seen(client, boss, berlin):
    upload(client, berlin, "phone\n+4915112345678\n")
    client.force_login(make_agent(role="admin"), "django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("contacts_import_preview", args=[ContactImport.objects.get().pk])).status_code == 404
