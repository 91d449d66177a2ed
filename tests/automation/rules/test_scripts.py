"""A scripted bot, turn by turn, and what is wrong with a script."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.rules.script_checks import problems
from automation.rules.scripts import (
    MOST_REMEMBERED,
    MOST_STEPS,
    AddTag,
    Choice,
    Complete,
    HandOver,
    Script,
    Send,
    State,
    Step,
    Surroundings,
    Why,
    Word,
    filled,
    id_of,
    is_over,
    turn,
)
from whatsapp.content import ListMessage, Text

OPEN = Surroundings(is_open=True, contact_name="Amira Haddad")
CLOSED = replace(OPEN, is_open=False)
SALES, SUPPORT = Choice("Sales", "to sales", "Offers"), Choice("Support", "which order")

DESK = Script(
    (
        Step("hours", "hours", goes_to="department", otherwise="closed"),
        Step("department", "ask", "Hello {{ name }}!", (SALES, SUPPORT), as_list=True, variable="department"),
        Step("to sales", "hand_over", "A colleague of {{ department }} will answer.", team_id=7),
        Step(
            "which order", "ask", "Which order?", variable="order", expects="number", retry_text="Only digits, please"
        ),
        Step("tag it", "tag", tag_id=3),
        Step("answer", "complete", "Order {{ order }} is on its way."),
        Step("closed", "complete", "We open at 9."),
    )
)


def said(actions):
    return [action.content.text for action in actions if isinstance(action, Send)]


def played(script, *words, around=OPEN):
    """All actions of a run and its last state; it ends early where the script does."""
    state, done = State(), []
    for word in words:
        actions, state = turn(script, state, word if isinstance(word, Word) else Word(word), around)
        done.extend(actions)
        if is_over(actions):
            break
    return done, state


def tap(step_name, title):
    step = DESK.named(step_name)
    return Word(title, id_of(step, next(choice for choice in step.choices if choice.title == title)))


def test_the_first_word_begins_at_the_first_step_and_is_no_answer():
    actions, state = played(DESK, "1")
    assert said(actions) == ["Hello Amira Haddad!"]
    assert isinstance(actions[0].content, ListMessage)
    assert state == State("department")


def test_a_tapped_row_is_remembered_and_leads_to_its_step():
    actions, state = played(DESK, "Hi", tap("department", "Sales"))
    assert actions[1:] == [Send(Text("A colleague of Sales will answer.")), HandOver(Why.SCRIPT, team_id=7)]
    assert state.remembered == {"department": "Sales"}


@pytest.mark.parametrize("typed", ["Support", " support ", "2"])
def test_a_choice_may_be_typed_by_its_words_or_its_number(typed):
    actions, state = played(DESK, "Hi", typed)
    assert said(actions)[-1] == "Which order?"
    assert state.step == "which order"


def test_s1_39_an_answer_that_fits_is_remembered_and_the_process_completes():
    actions, _ = played(DESK, "Hi", "Support", "4711")
    assert actions[-3:] == [AddTag(3), Send(Text("Order 4711 is on its way.")), Complete()]


def test_an_answer_that_does_not_fit_is_asked_again_and_after_the_last_try_people_get_it():
    actions, _ = played(DESK, "Hi", "Support", "my shoes", "the red ones", "shoes!")
    assert said(actions)[-2:] == ["Only digits, please", "Only digits, please"]
    assert actions[-1] == HandOver(Why.NOT_UNDERSTOOD)


def test_a_fitting_answer_starts_the_tries_anew():
    _, state = played(DESK, "Hi", "what?", "Support", "what?")
    assert (state.step, state.tries) == ("which order", 1)


def test_choices_are_offered_again_when_the_answer_is_none_of_them():
    actions, _ = played(DESK, "Hi", "a picture")
    assert isinstance(actions[-1].content, ListMessage)
    assert said(actions)[-1] == "Please choose one of these."


def test_a_word_without_text_fits_nothing():
    actions, state = played(DESK, "Hi", "Support", Word(""))
    assert said(actions)[-1] == "Only digits, please"
    assert state.tries == 1


def test_outside_business_hours_it_goes_the_other_way():
    actions, _ = played(DESK, "Hi", around=CLOSED)
    assert actions == [Send(Text("We open at 9.")), Complete()]


def test_a_tap_on_an_earlier_question_goes_back_to_it():
    actions, state = played(DESK, "Hi", tap("department", "Support"), tap("department", "Sales"))
    assert actions[-1] == HandOver(Why.SCRIPT, team_id=7)
    assert state.remembered == {"department": "Sales"}


def test_a_tap_on_the_menu_of_an_earlier_conversation_is_that_choice():
    actions, _ = played(DESK, tap("department", "Support"))
    assert said(actions) == ["Which order?"]


def test_a_tap_that_is_none_of_ours_counts_as_its_words():
    _, state = played(DESK, "Hi", Word("Support", "from-elsewhere"))
    assert state.step == "which order"


@pytest.mark.parametrize(
    "expects, typed, fits",
    [
        ("text", "anything", True),
        ("text", "  ", False),
        ("number", " 4711 ", True),
        ("number", "-3,5", True),
        ("number", "४२", True),
        ("number", "4711a", False),
        ("number", "9" * 19, False),
        ("email", "amira@example.com", True),
        ("email", "amira@example", False),
        ("email", "two words@example.com", False),
    ],
)
def test_what_fits_as_an_answer(expects, typed, fits):
    script = Script((Step("q", "ask", "?", variable="it", expects=expects), Step("end", "complete", "Thanks")))
    actions, _ = played(script, "Hi", typed)
    assert is_over(actions) is fits


@pytest.mark.parametrize(
    "steps, why",
    [
        ((), Why.NO_END),
        ((Step("a", "say", "Hi"),), Why.NO_END),
        ((Step("a", "say", "Hi", goes_to="gone"),), Why.NO_END),
        ((Step("a", "say", "Hi", goes_to="b"), Step("b", "say", "Ho", goes_to="a")), Why.GOES_ROUND),
        ((Step("a", "say", "{{ nothing }}"),), Why.CANNOT_SAY),
        ((Step("a", "say", ""),), Why.CANNOT_SAY),
        ((Step("a", "ask", "?", tuple(Choice(str(n)) for n in range(4))),), Why.CANNOT_SAY),
    ],
)
def test_a_script_that_leads_nowhere_hands_over(steps, why):
    actions, _ = played(Script(steps), "Hi")
    assert actions[-1] == HandOver(why)
    assert len(actions) <= MOST_STEPS + 1


def test_a_step_that_is_gone_hands_over():
    actions, _ = turn(DESK, State("was renamed"), Word("Hi"), OPEN)
    assert actions == (HandOver(Why.CHANGED),)


@pytest.mark.parametrize("text", ["{{ it }}", "{{it}}" * 100, "😀" * 5000, "x{{ it }}" * 3000])
def test_what_is_inserted_keeps_the_limits(text):
    long = filled(text, {"it": "😀" * 900}, 1024)
    assert len(long.encode("utf-16-le")) // 2 <= 1024


names = st.sampled_from(["a", "b", "c", "d"])
texts = st.sampled_from(["", "Hi {{ name }}", "{{ x }}", "?", "😀" * 3000])
choices = st.lists(
    st.builds(Choice, st.sampled_from(["One", "Two", "Three", "x" * 30]), st.just("") | names), max_size=4
).map(tuple)
steps = st.builds(
    Step,
    names,
    st.sampled_from(["say", "ask", "tag", "hours", "hand_over", "complete"]),
    texts,
    choices,
    st.booleans(),
    variable=st.sampled_from(["", "x", "name"]),
    expects=st.sampled_from(["text", "number", "email"]),
    max_tries=st.integers(1, 4),
    goes_to=st.just("") | names,
    otherwise=st.just("") | names,
    tag_id=st.none() | st.just(1),
)
scripts = st.lists(steps, max_size=5).map(lambda found: Script(tuple(found)))
words = st.builds(Word, st.text(max_size=20) | st.sampled_from(["One", "1", "x" * 3000]), st.text(max_size=5))
taps = st.builds(Word, st.just("One"), names.map(lambda name: f"bot:{name}:One"))


@given(scripts, st.lists(words | taps, max_size=12), st.booleans())
def test_any_script_and_any_words_end_in_bounded_actions_that_can_be_sent(script, said_words, is_open):
    state = State()
    for word in said_words:
        actions, state = turn(script, state, word, replace(OPEN, is_open=is_open))
        assert 0 < len(actions) <= 2 * MOST_STEPS + 1
        assert all(not isinstance(action, HandOver | Complete) for action in actions[:-1])
        assert all(len(value) <= MOST_REMEMBERED for value in state.remembered.values())
        if is_over(actions):
            return
        assert script.named(state.step).waits


@given(scripts, st.lists(words | taps, min_size=1, max_size=12), st.booleans())
def test_a_script_without_problems_never_fails_a_customer(script, said_words, is_open):
    if not script.steps or problems(script):
        return
    actions, _ = played(script, *said_words, around=replace(OPEN, is_open=is_open))
    failures = (Why.CHANGED, Why.NO_END, Why.GOES_ROUND)
    assert not [action for action in actions if isinstance(action, HandOver) and action.why in failures]


# --- What is wrong with a script -------------------------------------------------------------------------------------

END = Step("end", "complete", "Bye")


def ask(**fields):
    return Step("q", "ask", **{"text": "?", "variable": "it", **fields})


def many(count, title="Choice {}"):
    return tuple(Choice(title.format(number)) for number in range(count))


@pytest.mark.parametrize(
    "steps, position, field, words",
    [
        ((Step("a", "say", "Hi"), Step("a", "complete")), 0, "name", "Two steps are called “a”"),
        ((Step("a", "say", " "), END), 0, "text", "Write what the bot says"),
        ((ask(choices=many(4)), END), 0, "choices", "up to 3 buttons, these are 4"),
        ((ask(choices=many(11), as_list=True), END), 0, "choices", "up to 10 rows, these are 11"),
        ((ask(choices=many(1, "A button that is too long")), END), 0, "choices", "up to 20 characters"),
        ((ask(choices=many(1, "A row that is much too long"), as_list=True), END), 0, "choices", "up to 24 characters"),
        ((ask(choices=(Choice("A", "", "x" * 73),), as_list=True), END), 0, "choices", "up to 72 characters"),
        ((ask(choices=(Choice("A"), Choice("A")), as_list=True), END), 0, "choices", "the same words"),
        ((ask(choices=(Choice("A", "", "More"),)), END), 0, "choices", "no descriptions"),
        ((ask(choices=many(2), as_list=True, list_button="x" * 21), END), 0, "list_button", "up to 20 characters"),
        ((ask(text="x" * 4097), END), 0, "text", "up to 4096 characters"),
        ((Step("t", "tag", tag_id=1, choices=many(1)), END), 0, "choices", "Only a step that says or asks"),
        ((ask(choices=(Choice("A", "gone"),)), END), 0, "choices", "leads to “gone”"),
        ((ask(goes_to="gone"), END), 0, "goes_to", "No step is called “gone”"),
        ((Step("h", "hours"), END), 0, "otherwise", "Name the step"),
        ((Step("h", "hours", otherwise="gone"), END), 0, "otherwise", "No step is called “gone”"),
        ((END, ask()), 1, "goes_to", "Nothing follows"),
        ((ask(variable=""), END), 0, "variable", "Name what is remembered"),
        ((ask(text="{{ age }}?"), END), 0, "text", "remembered by no step"),
        ((Step("t", "tag"), END), 0, "tag", "Choose the tag"),
        ((Step("h", "hand_over", team_id=1, agent_id=2),), 0, "agent", "not both"),
        ((END, Step("b", "complete")), 1, "name", "No step leads here"),
        ((ask(goes_to="q"),), 0, "goes_to", "no way leads to an end"),
        (
            (ask(choices=(Choice("A", "r"), Choice("B", "end"))), Step("r", "say", "Hi", goes_to="r"), END),
            1,
            "goes_to",
            "no way leads to an end",
        ),
        (
            (Step("r", "hours", otherwise="s"), END, Step("s", "say", "Hi", goes_to="r")),
            0,
            "goes_to",
            "goes round in circles",
        ),
    ],
)
def test_a_problem_is_named_at_its_step(steps, position, field, words):
    found = problems(Script(steps))
    assert [(problem.position, problem.field) for problem in found][:1] == [(position, field)]
    assert words in found[0].words


def test_a_good_script_has_no_problems():
    assert problems(DESK) == []


def test_a_question_that_leads_back_to_itself_is_fine_where_another_choice_ends():
    again = ask(choices=(Choice("Again", "q"), Choice("End", "end")))
    assert problems(Script((again, END))) == []
