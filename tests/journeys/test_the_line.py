"""A customer writes, waits, and is served: reception limit, queue, claim."""

from inbox.models import Conversation
from tests.journeys.office import is_assigned_to

Status = Conversation.Status


def arrives(office, phone, text="Where is my parcel?"):
    """The customer writes and it is here; their conversation."""
    phone.writes(text)
    office.waits_for_word(phone, text)
    office.settle()
    return office.conversation_of(phone)


def test_a_word_while_nobody_is_here_waits_unassigned_until_somebody_comes(office, amira):
    conversation = arrives(office, amira)
    assert conversation.status == Status.UNASSIGNED
    mira = office.agent("Mira")
    office.sweep()
    assert is_assigned_to(conversation, mira)
    assert mira.folder("mine") == [conversation.pk]
    assert "Assigned to Mira" in mira.looks_at(conversation).html


def test_whoever_is_here_gets_the_word_at_once_without_a_sweep(office, amira):
    mira = office.agent("Mira")
    assert is_assigned_to(arrives(office, amira), mira)


def test_s1_26_and_s1_27_at_the_limit_customers_queue_and_closing_hands_out_the_head_at_once(office, amira, luis, ida):
    mira = office.agent("Mira", limit=1)
    first, second, third = (arrives(office, phone) for phone in (amira, luis, ida))
    assert is_assigned_to(first, mira)
    assert [second.status, third.status] == [Status.QUEUED, Status.QUEUED]
    assert mira.does("close", first).status == 200
    assert is_assigned_to(second, mira)
    assert office.conversation_of(ida).status == Status.QUEUED
    assert mira.folder("mine") == [second.pk]
    mira.does("close", second)
    assert is_assigned_to(third, mira)


def test_s1_27_an_agent_still_over_the_limit_after_closing_gets_nothing(office, amira, luis, ida):
    mira = office.agent("Mira", limit=1)
    first, second, third = (arrives(office, phone) for phone in (amira, luis, ida))
    mira.does("claim", second)
    mira.does("close", first)
    assert office.conversation_of(ida).status == Status.QUEUED
    mira.does("close", second)
    assert is_assigned_to(third, mira)


def test_s1_29_and_s1_31_at_the_limit_a_bar_counts_the_queue_and_leads_to_it(office, amira, luis, ida):
    mira = office.agent("Mira", limit=1)
    arrives(office, amira)
    page = mira.list_html("mine")
    assert 'id="queue-bar"' in page
    assert " hidden>" in bar_of(page)
    second, third = arrives(office, luis), arrives(office, ida)
    bar = bar_of(mira.list_html("mine"))
    assert "2 people in queue" in bar
    assert 'href="/inbox/?folder=queue"' in bar
    assert " hidden>" not in bar
    assert mira.folder("queue") == [second.pk, third.pk]
    assert mira.does("claim", third).data["assignee"] == mira.agent.pk
    assert is_assigned_to(third, mira)
    assert mira.counts()["load"] == 2
    assert "1 person in queue" in bar_of(mira.list_html("mine"))


def bar_of(page):
    start = page.index('<a id="queue-bar"')
    return page[start : page.index("</a>", start)]


def test_s1_28_and_s1_30_unassigned_in_queue_lists_them_and_opening_one_allows_transferring_it_to_oneself(
    office, amira, luis
):
    mira = office.agent("Mira", limit=1)
    arrives(office, amira)
    queued = arrives(office, luis)
    assert mira.folder("queue") == [queued.pk]
    assert mira.folder("unassigned") == []
    assert mira.counts()["in_queue"] == 1
    opened = mira.looks_at(queued).html
    assert 'data-act="claim"' in opened
    assert "in queue for" in opened
    mira.does("claim", queued)
    assert is_assigned_to(queued, mira)
    assert "Mira claimed it" in mira.looks_at(queued).html


def test_s1_28_of_two_who_claim_one_wins_and_the_other_is_told_who(office, amira):
    office.number.reception.picking = "manual"
    office.number.reception.save()
    mira, tiago = office.agent("Mira"), office.agent("Tiago")
    waiting = arrives(office, amira)
    assert waiting.status == Status.UNASSIGNED
    assert mira.does("claim", waiting).status == 200
    lost = tiago.does("claim", waiting)
    assert (lost.status, lost.words) == (409, "Mira was faster and is serving this conversation.")
    assert is_assigned_to(waiting, mira)


def test_writing_into_a_waiting_conversation_claims_it_and_into_a_colleagues_asks(office, amira):
    office.number.reception.picking = "manual"
    office.number.reception.save()
    mira, tiago = office.agent("Mira"), office.agent("Tiago")
    waiting = arrives(office, amira)
    mira.says(waiting, "Good morning")
    assert is_assigned_to(waiting, mira)
    refused = tiago.tries_to_say(waiting, "Hello")
    assert refused.status == 409
    assert "Mira" in refused.words
    tiago.does("follow", waiting)
    helping = tiago.tries_to_say(waiting, "I can help", as_helper=True)
    assert helping.status == 201
    assert is_assigned_to(waiting, mira)
    assert tiago.folder("following") == [waiting.pk]


def test_a_transfer_moves_it_to_the_colleague_and_makes_room_for_the_head(office, amira, luis):
    mira, tiago = office.agent("Mira", limit=1), office.agent("Tiago", limit=0)
    first = arrives(office, amira)
    second = arrives(office, luis)
    assert is_assigned_to(first, mira)
    assert mira.does("transfer", first, agent=tiago.agent.pk).status == 200
    assert is_assigned_to(first, tiago)
    assert is_assigned_to(second, mira)
    assert "Mira transferred it to Tiago" in tiago.looks_at(first).html


def test_returned_to_the_line_it_goes_to_a_colleague_and_not_back(office, amira):
    mira = office.agent("Mira")
    conversation = arrives(office, amira)
    mira.does("give-back", conversation)
    conversation.refresh_from_db()
    assert conversation.status == Status.UNASSIGNED
    tiago = office.agent("Tiago")
    office.sweep()
    assert is_assigned_to(conversation, tiago)


def test_closing_is_undone_and_the_next_word_soon_after_closing_reopens_for_the_same_agent(office, amira):
    mira = office.agent("Mira")
    conversation = arrives(office, amira)
    mira.does("close", conversation)
    assert mira.folder("mine") == []
    assert mira.does("undo-close", conversation).status == 200
    assert is_assigned_to(conversation, mira)
    mira.does("close", conversation)
    again = arrives(office, amira, "One more thing")
    assert again == conversation
    assert is_assigned_to(again, mira)
    assert "The customer wrote again: reopened" in mira.looks_at(again).html


def test_a_full_agent_who_closes_and_undoes_is_over_the_limit_and_loses_nobody(office, amira, luis):
    mira = office.agent("Mira", limit=1)
    first, second = arrives(office, amira), arrives(office, luis)
    mira.does("close", first)
    mira.does("undo-close", first)
    assert is_assigned_to(first, mira)
    assert is_assigned_to(second, mira)


def test_s0_13_every_word_bumps_its_conversation_to_the_top_of_the_list(office, amira, luis):
    mira = office.agent("Mira")
    first, second = arrives(office, amira), arrives(office, luis)
    assert mira.folder("mine") == [second.pk, first.pk]
    arrives(office, amira, "Are you there?")
    assert mira.folder("mine") == [first.pk, second.pk]
    mira.says(second, "Yes, at once")
    assert mira.folder("mine") == [second.pk, first.pk]


def test_unread_is_weighed_until_it_is_read_and_can_be_marked_again(office, amira):
    mira = office.agent("Mira")
    conversation = arrives(office, amira)
    assert "is-unread" in mira.list_html("mine")
    assert mira.counts()["unread_mine"] == 1
    mira.does("read", conversation)
    assert "is-unread" not in mira.list_html("mine")
    mira.does("unread", conversation)
    assert mira.counts()["unread_mine"] == 1
