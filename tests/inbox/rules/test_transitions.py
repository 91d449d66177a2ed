"""Every move from every status: the whole table, written out a second time by hand."""

import pytest

from inbox.models import Conversation
from inbox.rules import transitions
from inbox.rules.transitions import LINE, TABLE, target, why_not

MOVES = [
    transitions.CLAIM,
    transitions.HAND_OUT,
    transitions.TRANSFER,
    transitions.TRANSFER_TO_TEAM,
    transitions.TAKE_OVER,
    transitions.GIVE_BACK,
    transitions.HAND_OVER,
    transitions.HAND_OVER_TO_AGENT,
    transitions.CLOSE,
    transitions.UNDO_CLOSE,
    transitions.REOPEN,
    transitions.WAIVE_ANSWER,
    transitions.GIVE_TO_BOT,
]
# One column per move, in the order above: A assigned, L line, C closed, U as it was, B bot, - refused.
EXPECTED = {
    "pending": "--ALA-LAC---B",
    "bot": "--ALA-LAC----",
    "unassigned": "AAAL----C---B",
    "queued": "AAAL----C---B",
    "assigned": "--ALAL--C--AB",
    "closed": "---------UA--",
}
LETTERS = {"A": "assigned", "L": LINE, "C": "closed", "U": "as it was", "B": "bot", "-": None}
CASES = [
    (status, move, LETTERS[letter])
    for status, letters in EXPECTED.items()
    for move, letter in zip(MOVES, letters, strict=True)
]


@pytest.mark.parametrize("status, move, expected", CASES)
def test_each_move_leads_where_the_product_says(status, move, expected):
    assert target(status, move) == expected


@pytest.mark.parametrize("status, move, expected", [case for case in CASES if case[2] is None])
def test_a_refused_move_says_why_in_a_sentence(status, move, expected):
    impossible = why_not(status, move)
    assert impossible.code.replace("_", "").isalpha()
    assert impossible.words.endswith(".")


def test_the_table_knows_all_six_statuses():
    assert set(TABLE) == set(Conversation.Status.values)


def test_a_possible_move_has_no_reason_against_it():
    assert why_not("queued", transitions.CLAIM) is None
