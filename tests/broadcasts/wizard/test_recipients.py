"""Step three of the wizard: customers, groups, a filter, a pasted list."""

from django.core.files.uploadedfile import SimpleUploadedFile

from inbox.actions import groups
from inbox.models import Contact
from tests.broadcasts.wizard.pages import HTMX, at, known, words_of
from tests.factories import make_contact


def test_recipients_are_ticked_in_the_list_of_customers_page_after_page(client, draft, number):
    """S4-40: the selection is kept across pages and searches."""
    everybody = [known(number, f"Customer {place:02}") for place in range(40)]
    first = client.get(at("recipients", draft))
    assert len(first.context["page"].rows) == 25
    for contact in (everybody[0], everybody[39]):
        client.post(at("tick", draft), {"contact": contact.pk, "on": "1"}, **HTMX)
    client.post(at("tick", draft), {"contact": everybody[39].pk}, **HTMX)
    answer = client.post(at("tick", draft), {"contact": everybody[20].pk, "on": "1"}, **HTMX)
    draft.refresh_from_db()
    assert draft.audience == {"contacts": sorted([everybody[0].pk, everybody[20].pk])}
    assert answer.context["reach"].gets == 2
    found = client.get(at("recipients", draft), {"q": "Customer 20"})
    assert f'id="contact-{everybody[20].pk}" checked' in words_of(found)


def test_all_that_were_found_are_ticked_at_once(client, draft, number):
    for name in ("Anna", "Annika", "Ben"):
        known(number, name)
    answer = client.post(at("tick", draft), {"all": "1", "q": "ann"}, **HTMX)
    assert answer.context["reach"].gets == 2
    assert client.post(at("tick", draft), {"none": "1"}, **HTMX).context["reach"].named == 0


def test_customers_of_other_numbers_cannot_be_ticked(client, draft, number):
    stranger = make_contact("Stranger")
    client.post(at("tick", draft), {"contact": stranger.pk, "on": "1"}, **HTMX)
    draft.refresh_from_db()
    assert draft.audience == {}


def test_groups_are_picked_in_the_target_audience_tab(client, draft, number, boss):
    """S4-41."""
    from_list = [known(number, name).pk for name in ("Anna", "Ben")]
    group = groups.save_set("Buyers", Contact.objects.filter(pk__in=from_list), boss)
    shown = words_of(client.get(at("recipients", draft), {"tab": "audience"}))
    assert "Buyers" in shown
    answer = client.post(at("group", draft), {"group": group.pk, "on": "1"}, **HTMX)
    assert answer.context["reach"].gets == 2
    assert client.post(at("group", draft), {"group": group.pk}, **HTMX).context["reach"].named == 0


def test_a_filter_means_whoever_fits_it(client, draft, number):
    known(number, "Anna", attributes={"city": "Berlin"})
    known(number, "Ben", attributes={"city": "Lisboa"})
    asked = {"attribute": "city", "attribute_is": "equals", "attribute_value": "Berlin"}
    assert client.post(at("narrow", draft), asked, **HTMX).context["reach"].gets == 1
    assert "Say first whom you mean" in words_of(client.post(at("narrow", draft), {}, **HTMX))
    assert client.post(at("narrow", draft), {"remove": "1"}, **HTMX).context["reach"].named == 0


def test_the_page_says_that_consent_must_exist_beforehand(client, draft):
    """S3-51."""
    shown = words_of(client.get(at("recipients", draft)))
    assert "Only write to people who agreed to it beforehand. That consent is yours to obtain" in shown


LIST = "phone;first_name;order\n+49 151 70000001;Nia;A-17\n0151 70000002;Ben;\nnonsense;X;Y\n+4915170000001;Nia;A-18\n"


def test_a_pasted_list_is_read_before_it_is_used(client, draft):
    answer = client.post(at("pasted", draft), {"text": LIST}, **HTMX)
    assert not draft.recipients.exists()
    shown = words_of(answer)
    assert "Use 2 recipients" in shown
    assert "Line 4" in shown
    assert "It stands in line 2 already." in shown
    client.post(at("pasted", draft), {"text": LIST, "add": "1"}, **HTMX)
    assert list(draft.recipients.order_by("id").values_list("address", "params")) == [
        ("+4915170000001", {"first_name": "Nia", "order": "A-17"}),
        ("+4915170000002", {"first_name": "Ben"}),
    ]
    client.post(at("pasted", draft), {"remove": "1"}, **HTMX)
    assert not draft.recipients.exists()


def test_a_csv_file_of_ten_thousand_lines_is_taken(client, draft):
    rows = "".join(f"+49151{70000000 + place},Name {place}\n" for place in range(10_000))
    file = SimpleUploadedFile("list.csv", ("phone,first_name\n" + rows).encode("utf-8-sig"))
    answer = client.post(at("pasted", draft), {"file": file, "add": "1"}, **HTMX)
    assert draft.recipients.count() == 10_000
    assert answer.context["reach"].gets == 10_000


def test_more_than_ten_thousand_lines_are_refused_in_words(client, draft):
    file = SimpleUploadedFile("list.csv", "".join(f"x{place}\n" for place in range(10_002)).encode())
    answer = client.post(at("pasted", draft), {"file": file, "add": "1"}, **HTMX)
    assert "more than 10,000 lines" in words_of(answer)
    assert not draft.recipients.exists()


def test_somebody_has_to_be_chosen(client, draft):
    answer = client.post(at("recipients", draft))
    assert answer.status_code == 400
    assert "Choose at least one recipient." in words_of(answer)
