"""What the messages endpoint takes, refuses, and what becomes of it."""

import pytest

from tests.sandbox.conftest import code

AMIRA = "4915155501301"
LUIS = "351915550122"


@pytest.fixture
def amira(sandbox):
    person = sandbox.customer("Amira")
    person.writes("Hello")
    return person


def button(title="Yes", id="y"):
    return {"type": "reply", "reply": {"id": id, "title": title}}


def interactive(kind, action, text="?", **more):
    return {"type": kind, "body": {"text": text}, "action": action, **more}


def buttons(*rows, **more):
    return interactive("button", {"buttons": list(rows)}, **more)


def listing(*sections, button="Open", **more):
    return interactive("list", {"button": button, "sections": list(sections)}, **more)


def row(id="r", title="Row", description=""):
    return {"id": id, "title": title, "description": description}


def link(label="Open", url="https://example.test/"):
    return interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": label, "url": url}})


ROWS = [row(str(n)) for n in range(11)]
NAME = {"formatted_name": "Ida Brandt", "first_name": "Ida"}

ACCEPTED = [
    ("text", {"body": "x" * 4096}),
    ("image", {"link": "https://example.test/a.jpg", "caption": "x" * 1024}),
    ("location", {"latitude": "52.5", "longitude": 13.4}),
    ("contacts", [{"name": NAME}]),
    ("interactive", buttons(button("x" * 20, "i" * 256), button("b", "b"), button("c", "c"))),
    (
        "interactive",
        buttons(button(), text="x" * 1024, footer={"text": "x" * 60}, header={"type": "text", "text": "x" * 60}),
    ),
    ("interactive", listing({"rows": ROWS[:10]}, text="x" * 4096, button="x" * 20)),
    ("interactive", listing({"title": "x" * 24, "rows": [row("i" * 200, "t" * 24, "d" * 72)]})),
    ("interactive", link("x" * 20)),
    ("interactive", interactive("location_request_message", {"name": "send_location"})),
]

REFUSED = [
    ("text", {"body": "x" * 4097}, 131009),
    ("text", {"body": ""}, 131008),
    ("image", {}, 131008),
    ("image", {"caption": "only"}, 131008),
    ("image", {"link": "https://example.test/a.jpg", "caption": "x" * 1025}, 131009),
    ("image", {"id": "12345"}, 100),
    ("audio", {"link": "https://example.test/a.ogg", "caption": "no"}, 100),
    ("image", {"link": "nonsense"}, 131009),
    ("location", {"latitude": 91, "longitude": 0}, 131009),
    ("location", {"latitude": 1}, 131008),
    ("contacts", [{"name": {"formatted_name": "Ida"}}], 131009),
    ("contacts", [{"name": NAME}] * 258, 131009),
    ("interactive", buttons(), 131008),
    ("interactive", buttons(*[button(str(n), str(n)) for n in range(4)]), 131009),
    ("interactive", buttons(button("x" * 21)), 131009),
    ("interactive", buttons(button(id="i" * 257)), 131009),
    ("interactive", buttons(button(id=" y")), 131009),
    ("interactive", buttons(button("A", "same"), button("B", "same")), 131009),
    ("interactive", buttons(button("same", "a"), button("same", "b")), 131009),
    ("interactive", buttons(button(), text="x" * 1025), 131009),
    ("interactive", buttons(button(), footer={"text": "x" * 61}), 131009),
    ("interactive", buttons(button(), header={"type": "text", "text": "x" * 61}), 131009),
    ("interactive", listing({"rows": ROWS}), 131009),
    ("interactive", listing({"rows": [row()]}, {"rows": [row("2")]}), 131009),
    ("interactive", listing({"rows": [row("same"), row("same")]}), 131009),
    ("interactive", listing({"rows": [row()]}, button="x" * 21), 131009),
    ("interactive", listing({"rows": [row(title="x" * 25)]}), 131009),
    ("interactive", listing({"rows": [row(description="x" * 73)]}), 131009),
    ("interactive", listing({"rows": [row("i" * 201)]}), 131009),
    ("interactive", listing({"rows": [row()]}, header={"type": "image", "image": {"id": "1"}}), 131009),
    ("interactive", link("x" * 21), 131009),
    ("interactive", link(url="javascript:1"), 131009),
    ("interactive", interactive("dance", {"x": 1}), 131009),
    ("dance", {"x": 1}, 100),
    ("reaction", {"message_id": "wamid.x"}, 131008),
    ("reaction", {"message_id": "wamid.x", "emoji": "hello"}, 131009),
]


@pytest.mark.parametrize("kind, content", ACCEPTED)
def test_a_message_at_its_limit_is_accepted(graph, amira, kind, content):
    answer = graph.send(amira.phone, kind, content)
    assert answer.status_code == 200, answer.text
    assert answer.json()["messages"][0]["id"].startswith("wamid.")


@pytest.mark.parametrize("kind, content, expected", REFUSED)
def test_a_message_beyond_a_limit_is_refused_with_metas_code(graph, amira, kind, content, expected):
    payload = {"messaging_product": "whatsapp", "to": amira.phone, "type": kind, kind: content}
    answer = graph.call("POST", "{number}/messages", json=payload)
    assert (answer.status_code, code(answer)) == (400, expected), answer.text


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b'{"messaging_product":"whatsapp","to":["a"],"type":"text","text":3}']
)
def test_nonsense_is_refused_and_never_breaks(graph, body):
    answer = graph.call("POST", "{number}/messages", data=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["fbtrace_id"]


def test_a_wrong_token_and_a_foreign_number_are_told_apart(graph, sandbox):
    berlin, lisbon = sandbox.numbers()
    graph.number = lisbon
    answer = graph.send(AMIRA)
    assert (code(answer), answer.json()["error"]["error_subcode"]) == (100, 33)
    graph.number, graph.headers = berlin, {"Authorization": "Bearer nonsense"}
    assert (graph.send(AMIRA).status_code, code(graph.send(AMIRA))) == (401, 190)


def test_the_answer_names_the_person_as_they_were_addressed(graph, amira):
    by_phone = graph.send("+49 (151) 555-01301").json()["contacts"][0]
    by_user_id = graph.send(amira.user_id).json()["contacts"][0]
    assert by_phone == {"input": "+49 (151) 555-01301", "wa_id": AMIRA}
    assert by_user_id == {"input": amira.user_id, "user_id": amira.user_id}


def test_a_brazilian_number_is_known_without_its_ninth_digit(graph):
    assert graph.send("5511955501120").json()["contacts"][0]["wa_id"] == "551155501120"


def test_statuses_carry_the_callback_data_and_the_person(graph, product, amira):
    wamid = graph.send(AMIRA, biz_opaque_callback_data="outbox:1").json()["messages"][0]["id"]
    sent, delivered = product.waits_for(2, "statuses")
    assert [sent["status"], delivered["status"]] == ["sent", "delivered"]
    assert (sent["id"], sent["biz_opaque_callback_data"]) == (wamid, "outbox:1")
    assert (sent["recipient_id"], sent["recipient_user_id"]) == (AMIRA, amira.user_id)
    assert product.changes()[-1]["contacts"][0]["user_id"] == amira.user_id


def test_an_open_chat_reads_what_arrives_and_opening_reads_what_lies_there(graph, product, amira):
    graph.send(AMIRA)
    product.waits_for(2, "statuses")
    assert amira.opens_chat() == 1
    graph.send(AMIRA)
    assert [s["status"] for s in product.waits_for(6, "statuses")].count("read") == 2


@pytest.mark.parametrize(
    "trait, expected", [("no_whatsapp", 131026), ("blocks_us", 131026), ("opted_out", None), ("experiment", None)]
)
def test_a_trait_decides_what_becomes_of_a_service_message(graph, product, amira, trait, expected):
    amira.has(traits=[trait])
    graph.send(AMIRA)
    last = product.waits_for(1 if expected else 2, "statuses")[-1]
    assert last["status"] == ("failed" if expected else "delivered")
    assert [e["code"] for e in last.get("errors", [])] == ([expected] if expected else [])


@pytest.mark.parametrize("trait, expected", [("opted_out", 131050), ("marketing_cap", 131049), ("experiment", 130472)])
def test_marketing_templates_meet_the_traits_of_their_reader(graph, product, sandbox, amira, trait, expected):
    made = {
        "name": "sale",
        "category": "MARKETING",
        "language": "en",
        "components": [{"type": "BODY", "text": "Sale!"}],
    }
    wamid = graph.call("POST", "{waba}/message_templates", json=made).json()["id"]
    sandbox.template_changes(wamid, status="APPROVED")
    amira.has(traits=[trait])
    graph.send(AMIRA, "template", {"name": "sale", "language": {"code": "en"}})
    assert product.waits_for(1, "statuses")[0]["errors"][0]["code"] == expected


def test_a_closed_window_fails_later_and_at_once_where_so_set(graph, product, sandbox):
    assert graph.send(LUIS).status_code == 200
    assert product.waits_for(1, "statuses")[0]["errors"][0]["code"] == 131047
    sandbox.settings(refuse_closed_window_at_once=True)
    assert code(graph.send(LUIS)) == 131047


def test_a_reported_opening_of_the_chat_may_be_answered(graph, product, sandbox):
    sandbox.customer("Luís").opens_chat()
    assert product.waits_for(1)[0]["type"] == "request_welcome"
    assert graph.send(LUIS).status_code == 200
    assert product.waits_for(1, "statuses")[0]["status"] == "sent"


def test_a_customers_word_opens_the_window_and_time_closes_it(graph, product, amira):
    amira.window_closes_in(0)
    graph.send(AMIRA)
    assert product.waits_for(1, "statuses")[0]["status"] == "failed"
    amira.writes("Still there?")
    graph.send(AMIRA)
    assert product.waits_for(3, "statuses")[-1]["status"] == "delivered"


def test_the_pair_rate_lets_a_burst_of_45_through(graph, amira):
    answers = [code(graph.send(AMIRA)) for _ in range(46)]
    assert answers[:45] == [0] * 45
    assert answers[45] == 131056


def test_the_number_rate_is_its_throughput(graph, sandbox, amira):
    sandbox.number_is(throughput=3)
    assert [code(graph.send(AMIRA)) for _ in range(4)][-1] == 130429


def test_a_reaction_lands_on_its_message_and_gets_only_sent(graph, product, amira):
    wamid = amira.writes("Look")
    graph.send(AMIRA, "reaction", {"message_id": wamid, "emoji": "🙏"})
    assert product.waits_for(1, "statuses")[0]["status"] == "sent"
    assert amira.messages()[1]["reactions"] == {"business": "🙏"}
    graph.send(AMIRA, "reaction", {"message_id": wamid, "emoji": ""})
    assert amira.messages()[1]["reactions"] == {}


def test_a_reaction_to_an_unknown_message_fails_later(graph, product, amira):
    graph.send(AMIRA, "reaction", {"message_id": "wamid.nobody", "emoji": "🙏"})
    assert product.waits_for(1, "statuses")[0]["errors"][0]["code"] == 131009


def test_a_read_mark_turns_this_message_and_all_before_it(graph, amira):
    second = amira.writes("Second")
    amira.writes("Third")
    read = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": second,
        "typing_indicator": {"type": "text"},
    }
    assert graph.call("POST", "{number}/messages", json=read).json() == {"success": True}
    assert [m["status"] == "read" for m in amira.messages()] == [True, True, False]


def test_a_blocked_customer_gets_nothing_and_sends_nothing(graph, amira):
    body = {"messaging_product": "whatsapp", "block_users": [{"user": AMIRA}]}
    assert graph.call("POST", "{number}/block_users", json=body).json()["block_users"]["added_users"]
    assert code(graph.send(AMIRA)) == 130403
    with pytest.raises(AssertionError, match="blocked"):
        amira.writes("Hello?")


def test_a_double_send_shows_in_the_count_of_callbacks(graph, sandbox, amira):
    for key in ("a", "b", "b"):
        graph.send(AMIRA, biz_opaque_callback_data=key)
    assert sandbox.doubles() == {"b": 2}
