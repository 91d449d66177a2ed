"""A key of one number reaches nothing of another, whichever address it tries; numbers and their message templates."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from automation.models import Relay
from broadcasts.models import Broadcast
from inbox.media import store_upload
from inbox.models import ApiKey, Message
from tests.api.test_scopes import A_VALUE, ENDPOINTS
from tests.factories import make_agent, make_conversation, make_number, make_tag, make_team, writes
from tests.inbox.listening import make_subscription
from whatsapp.models import MessageTemplate

# Whose objects belong to no number.
EVERYBODYS = {"bots", "tags"}
WITH_ID = sorted({(endpoint.method, endpoint.path) for endpoint in ENDPOINTS if A_VALUE["int"] in endpoint.path})


@pytest.fixture
def munich(db):
    return make_number("Munich")


@pytest.fixture
def theirs(munich, settings, tmp_path):
    """{resource: id of one that belongs to Munich}; a new resource is added here, or the walk fails."""
    settings.MEDIA_ROOT = tmp_path
    zoe = make_agent("Zoe", numbers=[munich])
    conversation = make_conversation("assigned", number=munich, assignee=zoe)
    message = writes(conversation.thread.contact, munich, "Secret")
    file = store_upload(zoe, ContentFile(b"Secret", "secret.txt"))
    file.message = message
    file.save()
    template = MessageTemplate.objects.create(account=munich.account, name="secret", language="en", status="APPROVED")
    return {
        "agents": zoe.pk,
        "broadcasts": Broadcast.objects.create(number=munich, name="Secret").pk,
        "contacts": conversation.thread.contact_id,
        "conversations": conversation.pk,
        "media": file.pk,
        "messages": message.pk,
        "message-templates": template.pk,
        "numbers": munich.pk,
        "relays": Relay.objects.create(conversation=conversation, kind="message", deadline_at=timezone.now()).pk,
        "teams": make_team("Repairs", zoe).pk,
        "webhooks": make_subscription("https://secret.example/hook", number=munich).pk,
    }


@pytest.fixture
def crm(program, berlin):
    return program(*ApiKey.Scope.values, number=berlin, requests_per_minute=10_000)


def resource_of(path):
    return path.split("/")[3]


@pytest.mark.parametrize("method, path", WITH_ID, ids=map(" ".join, WITH_ID))
def test_no_address_leads_to_what_is_anothers(crm, theirs, method, path):
    """The bodies are right, so that it is not the body that is refused."""
    if resource_of(path) in EVERYBODYS:
        return
    assert resource_of(path) in theirs, f"Say in `theirs` what belongs to another number of {path}"
    address = path.replace(A_VALUE["int"], str(theirs[resource_of(path)]), 1)
    own = make_agent("Ada", numbers=[crm.key.number])
    make_tag("VIP")
    named = {"followers": f"?agent={own.pk}", "tags": "?tag=VIP"} if method == "delete" else {}
    query = named.get(path.split("/")[-2], "")
    answer = crm.client.generic(
        method.upper(),
        address + query,
        body_for(path, own) if method != "delete" else "",
        content_type="application/json",
        headers=crm.headers(),
    )
    assert answer.status_code == 404, (answer.status_code, answer.content)
    assert "Secret" not in answer.content.decode()


def body_for(path, agent):
    bodies = {
        r"/(assign|transfer|reopen|followers)/$": f'{{"agent": {agent.pk}}}',
        r"/tags/$": '{"tag": "VIP"}',
        r"/notes/$": f'{{"text": "Hello", "agent": {agent.pk}}}',
        r"/template-messages/$": '{"name": "shown", "language": "en"}',
        r"/messages/$": '{"content": {"text": "Hello"}}',
        r"/availability/$": '{"availability": "away"}',
        r"/answer/$": '{"action": "none"}',
        r"/replay/$": '{"since": "2026-01-01T00:00:00Z"}',
        r"/reactions/$": '{"emoji": "👍"}',
    }
    return next((body for pattern, body in bodies.items() if re.search(pattern, path)), "{}").encode()


def test_lists_show_nothing_of_others(crm, theirs):
    for endpoint in ENDPOINTS:
        if endpoint.method == "get" and endpoint.path.count("/") == 4 and resource_of(endpoint.path) in theirs:
            rows = crm.client.get(endpoint.path, headers=crm.headers()).json()["results"]
            assert theirs[resource_of(endpoint.path)] not in [row["id"] for row in rows], endpoint


@pytest.mark.parametrize(
    "asked",
    [
        {"contact": "contacts"},
        {"number": "numbers"},
        {"team": "teams"},
        {"participants": "agents"},
    ],
)
def test_a_conversation_is_not_opened_with_what_is_anothers(crm, theirs, berlin, asked):
    ours = make_conversation("closed", number=berlin).thread.contact_id
    told = {name: [theirs[what]] if name == "participants" else theirs[what] for name, what in asked.items()}
    answer = crm.post("conversations/", {"contact": ours, **told})
    assert answer.status_code == 400, answer.json()


@pytest.mark.parametrize(
    "move, names", [("assign", "agent"), ("transfer", "agent"), ("assign", "team"), ("transfer", "team")]
)
def test_a_conversation_is_not_given_to_anothers(crm, theirs, berlin, move, names):
    ours = make_conversation(number=berlin)
    answer = crm.post(f"conversations/{ours.pk}/{move}/", {names: theirs[f"{names}s"]})
    assert (answer.status_code, answer.json()["field"]) == (400, names)


def test_a_message_of_another_number_is_not_quoted(crm, theirs, berlin):
    Message.objects.update(wamid="wamid.secret")
    ours = make_conversation(number=berlin)
    body = {"content": {"text": "Hello"}, "quoted": theirs["messages"]}
    assert crm.post(f"conversations/{ours.pk}/messages/", body).json()["code"] == "quoted_unknown"


def test_a_number_on_hold_says_so_and_why(crm, berlin):
    assert crm.get(f"numbers/{berlin.pk}/").json()["is_on_hold"] is False
    berlin.held_at, berlin.held_reason = timezone.now() - timedelta(minutes=1), "The token has expired."
    berlin.save()
    shown = crm.get(f"numbers/{berlin.pk}/").json()
    assert (shown["is_on_hold"], shown["held_reason"]) == (True, "The token has expired.")


def test_message_templates_are_listed_by_number_name_language_and_status(program, berlin, munich):
    def template(number, name, language="en", status="APPROVED"):
        MessageTemplate.objects.create(account=number.account, name=name, language=language, status=status)

    template(berlin, "shipped")
    template(berlin, "shipped", "de")
    template(berlin, "paid", status="REJECTED")
    template(munich, "shipped", "fr")
    crm = program()

    def found(**asked):
        return [(row["name"], row["language"]) for row in crm.get("message-templates/", **asked).json()["results"]]

    assert len(found()) == 4
    assert found(number=munich.pk) == [("shipped", "fr")]
    assert found(name="shipped", number=berlin.pk) == [("shipped", "en"), ("shipped", "de")]
    assert found(language="de") == [("shipped", "de")]
    assert found(status="REJECTED") == [("paid", "en")]
