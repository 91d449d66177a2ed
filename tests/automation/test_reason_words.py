"""No reason is without words: every word that the code logs as one is looked up in the code itself."""

import ast
import itertools
from pathlib import Path

import pytest

import automation
from automation.models import Decision
from automation.sentences import REASONS, decision_sentence, reason_words

ROOT = Path(automation.__file__).parent
LOGGING = {"refused", "withdrawn", "held"}
# Of `log.refused(change, automation, occasion, reason)`.
REASON_AT = 3


def parsed(path):
    return ast.parse((ROOT / path).read_text())


def texts(nodes):
    """The texts that stand anywhere in these nodes."""
    inside = itertools.chain.from_iterable(ast.walk(node) for node in nodes)
    return {node.value for node in inside if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def calls(tree, names):
    """The calls of functions by these names, however they are reached."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names:
            yield node


def logged():
    """What is handed to the log as it stands."""
    trees = [parsed(path.relative_to(ROOT)) for path in ROOT.rglob("*.py")]
    found = [call for tree in trees for call in calls(tree, LOGGING) if len(call.args) > REASON_AT]
    return texts(call.args[REASON_AT] for call in found)


def withdrawn():
    """What `why_withdrawn` returns."""
    tree = parsed("rules/withdrawals.py")
    became = next(node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "BECAME")
    returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    compared = [part for value in returned for part in ast.walk(value) if isinstance(part, ast.Compare | ast.Subscript)]
    return (texts(returned) - texts(compared)) | texts(became.values)


def unsaid():
    """Why a waiting reply is not said, or held back."""
    tree = parsed("rules/replies.py")
    yielded = [node.value for node in ast.walk(tree) if isinstance(node, ast.Yield)]
    return texts(calls(tree, {"Nothing"})) | texts(yielded)


def unasked():
    """Why nobody is asked how it was: the keys of what is checked."""
    checks = next(
        node for node in ast.walk(parsed("rules/deadlines.py")) if getattr(node, "name", "") == "why_no_survey"
    )
    return texts(key for node in ast.walk(checks) if isinstance(node, ast.Dict) for key in node.keys)


@pytest.mark.parametrize(
    "source, known",
    [
        (logged, {"two_machines", "old_word"}),
        (withdrawn, {"someone_serves", "agent_replied", "customer_wrote"}),
        (unsaid, {"already_told", "after_welcome", "after_agent"}),
        (unasked, {"no_agent", "asked_lately"}),
    ],
)
def test_every_reason_in_the_code_has_words(source, known):
    reasons = source() - {""}
    assert known <= reasons
    assert reasons - set(REASONS) == set()


@pytest.mark.parametrize("outcome", Decision.Outcome.values)
@pytest.mark.parametrize("automation", dict(Decision._meta.get_field("automation").choices))
def test_every_decision_is_a_sentence(automation, outcome):
    for reason in REASONS:
        said = decision_sentence(Decision(automation=automation, outcome=outcome, reason=reason, data={}))
        assert said[0].isupper()
        assert said.endswith(".")
        assert not set("_{}|") & set(said)
        assert "  " not in said


def test_a_reason_stands_on_its_own_too():
    assert reason_words("agent_replied") == "an agent replied"
    assert reason_words("of_later") == "of later"
