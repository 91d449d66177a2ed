"""What programs send by mistake or on purpose is refused in words; nobody reaches what is not theirs."""

import threading
from base64 import b64encode

import pytest
from django.db import connection
from django.test import Client

from inbox.actions import contacts
from inbox.models import ApiKey, Contact, Thread
from tests.api.conftest import Program
from tests.factories import make_agent, make_contact, make_conversation, make_number, make_tag, make_thread


def cursor(text):
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "path, query",
    [
        ("contacts/", {"phone": "\x00"}),
        ("contacts/", {"external_id": "\x00"}),
        ("conversations/", {"status": "\x00"}),
        ("conversations/", {"cursor": cursor("p=garbage")}),
        ("contacts/", {"cursor": cursor("p=garbage")}),
        ("contacts/", {"cursor": cursor("p=%00")}),
        ("conversations/", {"status": "open"}),
        ("conversations/", {"contact": "Nia"}),
        ("conversations/", {"asignee": 3}),
        ("conversations/", {"limit": 0}),
        ("conversations/", {"limit": [5, 6]}),
        ("agents/", {"role": "admin"}),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_by_name(program, path, query):
    answer = program().get(path, **query)
    assert (answer.status_code, answer.json()["field"]) == (400, next(iter(query)))


@pytest.mark.parametrize(
    "attributes",
    [
        r'{"a": "\u0000"}',
        r'{"a\u0000": 1}',
        r'{"a": ["\ud800"]}',
        '{"a": 1e999}',
        '{"a": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
)
def test_attributes_that_cannot_be_kept_are_refused(program, attributes):
    crm = program()
    body = f'{{"external_id": "C-1", "attributes": {attributes}}}'
    answer = crm.client.post("/api/v1/contacts/", body, content_type="application/json", headers=crm.headers())
    assert answer.status_code == 400, answer.content
    assert not Contact.objects.exists()


def test_a_backslash_is_no_null_character(program):
    told = {"external_id": "C-1", "attributes": {"path": r"\u0000"}}
    assert program().post("contacts/", told).json()["attributes"] == {"path": r"\u0000"}


def test_a_tag_of_that_name_in_other_letters_is_there_already(program):
    make_tag("VIP")
    answer = program().post("tags/", {"name": "vip"})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "tag_exists", "name")


def test_s0_2_a_key_of_one_number_finds_the_contact_it_made(program, berlin):
    crm = program(number=berlin)
    contact = crm.post("contacts/", {"phone": "+4915123456789"}).json()
    assert crm.get(f"contacts/{contact['id']}/").status_code == 200
    assert crm.post("conversations/", {"contact": contact["id"]}).status_code == 201


def test_a_key_of_one_number_does_not_change_whom_only_another_number_knows_by_guessing_an_id(program, berlin):
    nia = make_contact("Nia", external_id="C-1", notes="Owes us money")
    make_thread(nia, berlin)
    crm = program(number=make_number("Munich"))
    answer = crm.post("contacts/", {"external_id": "C-1", "name": "Nobody"})
    assert (answer.status_code, answer.json()["code"]) == (400, "contact_elsewhere")
    assert "money" not in answer.content.decode()
    nia.refresh_from_db()
    assert nia.name == "Nia"
    by_phone = crm.post("contacts/", {"phone": nia.phone})
    assert (by_phone.status_code, by_phone.json()["id"]) == (200, nia.pk)
    assert Thread.objects.filter(contact=nia).count() == 2


def test_an_opt_out_that_comes_meanwhile_is_not_written_over(program, monkeypatch):
    nia = make_contact("Nia", external_id="C-1")
    found = contacts._found

    def opts_out_meanwhile(told, account):
        known = found(told, account)
        Contact.objects.filter(pk=nia.pk).update(whatsapp_optout="all")
        return known

    monkeypatch.setattr(contacts, "_found", opts_out_meanwhile)
    assert program().post("contacts/", {"external_id": "C-1", "name": "Nia B."}).status_code == 200
    nia.refresh_from_db()
    assert (nia.name, nia.whatsapp_optout) == ("Nia B.", "all")


@pytest.mark.django_db(transaction=True)
def test_the_same_phone_told_by_many_at_once_is_one_contact():
    crm = Program(Client(), [ApiKey.Scope.CONTACTS_WRITE])
    answers, ready = [], threading.Barrier(6)

    def tell():
        ready.wait()
        answers.append(crm.post("contacts/", {"phone": "+4915123456789"}).status_code)
        connection.close()

    threads = [threading.Thread(target=tell) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 201, 409}
    assert Contact.objects.count() == 1


def test_a_file_that_is_nowhere_is_refused_at_once(program, berlin):
    conversation = make_conversation("assigned", number=berlin, assignee=make_agent(numbers=[berlin]))
    path = f"conversations/{conversation.pk}/messages/"
    answer = program(*ApiKey.Scope.values).post(path, {"kind": "image", "content": {"mime_type": "image/png"}})
    assert (answer.status_code, answer.json()["field"]) == (400, "media_id")


def test_attributes_do_not_grow_without_end(program):
    """Every event tells them."""
    crm = program()
    nia = crm.post("contacts/", {"external_id": "C-1", "attributes": {"a": "x" * 40_000}}).json()
    refused = crm.post(f"contacts/{nia['id']}/", {"attributes": {"b": "x" * 40_000}}, method="patch")
    assert (refused.status_code, refused.json()["code"]) == (400, "attributes_too_large")
    changed = crm.post(f"contacts/{nia['id']}/", {"attributes": {"a": None, "b": "x" * 40_000}}, method="patch")
    assert list(changed.json()["attributes"]) == ["b"]


@pytest.mark.parametrize("charset", ["rot13", "zlib", "undefined", "nobodys", "utf-16", "UTF-8"])
def test_a_body_is_read_as_utf_8_whatever_charset_it_claims(program, charset):
    crm = program()
    kind, body = f"application/json; charset={charset}", '{"external_id": "Größe"}'.encode()
    answer = crm.client.generic("POST", "/api/v1/contacts/", body, content_type=kind, headers=crm.headers())
    assert (answer.status_code, answer.json()["external_id"]) == (201, "Größe")


@pytest.mark.parametrize("charset", ["rot13", "hex", "undefined", "idna"])
def test_so_is_a_form(program, charset):
    crm = program()
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n\r\n--x--\r\n'
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    answer = crm.client.generic("POST", "/api/v1/media/", body, content_type=kind, headers=crm.headers())
    assert (answer.status_code, answer.json()["field"]) == (400, "file")


def test_who_chose_what_is_not_there_is_told_what_is(program):
    crm = program()
    listed = crm.get("conversations/", status="open").json()
    assert "pending, bot, unassigned, queued, assigned, closed" in listed["detail"]
    asked = crm.post("webhooks/", {"url": "https://crm.example.com/", "kinds": ["message.recieved"]}).json()
    assert (asked["field"], len(asked["errors"])) == ("kinds.0", 1)
    assert asked["detail"].startswith("“message.recieved” is none of message.received, ")


def test_what_a_body_names_and_is_not_there_is_named_in_the_answer(program, berlin):
    crm = program()
    nobody = crm.post("conversations/", {"number": berlin.pk, "contact": 999_999})
    assert (nobody.status_code, nobody.json()["code"], nobody.json()["field"]) == (400, "contact_unknown", "contact")
    nia = make_contact("Nia", phone="+491715550101")
    nowhere = crm.post("conversations/", {"number": 999_999, "contact": nia.pk}).json()
    assert (nowhere["field"], nowhere["detail"]) == ("number", "There is no number 999999, or the key may not see it.")


def test_who_brings_no_key_forgets_a_slash_or_sends_a_form_is_told_what_to_do(client, program):
    assert "Authorization: Bearer sb_..." in client.get("/api/v1/key/").json()["detail"]
    assert client.get("/api/v1/conversations").json()["detail"].endswith("end with a slash.")
    crm = program()
    form = crm.client.post("/api/v1/contacts/", "name=Nia", content_type="text/plain", headers=crm.headers())
    assert (form.status_code, form.json()["detail"]) == (415, "Send the body as `application/json`.")
