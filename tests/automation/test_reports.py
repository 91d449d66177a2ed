"""Reports: how satisfied customers are, for whom, in which days, on the page and as CSV."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from automation.models import BusinessHours, Survey, SurveyAnswer
from automation.reports import Choice, Report
from inbox.models import Message
from tests.automation.asking import make_answer
from tests.factories import make_agent, make_contact, make_conversation, make_number, make_tag, make_team


@pytest.fixture
def berlin(db):
    return make_number("Berlin")


@pytest.fixture
def porto(db):
    return make_number("Porto")


@pytest.fixture
def ada(berlin):
    return make_agent("Ada", numbers=[berlin])


@pytest.fixture
def ben(berlin, porto):
    return make_agent("Ben", numbers=[berlin, porto])


@pytest.fixture
def boss(berlin):
    return make_agent("Boss", role="supervisor", numbers=[berlin])


@pytest.fixture
def admin(db):
    return make_agent("Root", role="admin")


@pytest.fixture
def served(berlin, porto, ada, ben):
    """Berlin: Ada 5, 4, 2 and a survey without an answer, Ben 3. Porto: Ben 1."""
    vip = make_tag("VIP")
    for score, days in ((5, 1), (4, 2), (2, 3)):
        make_answer(berlin, score, agent=ada, days_ago=days, tags=[vip] if score == 5 else ())
    make_answer(berlin, 3, agent=ben, days_ago=40)
    make_answer(porto, 1, agent=ben, days_ago=1)
    make_answer(berlin, 0, agent=ada, days_ago=1, answered=False)
    return vip


def report(viewer, now=None, **query):
    return Report.read(viewer, {name: str(value) for name, value in query.items()}, now or timezone.now())


def test_the_share_of_satisfied_counts_four_and_five(served, boss):
    total = report(boss).total
    assert (total["answers"], total["satisfied_count"], total["satisfied"]) == (3, 2, 67)
    assert round(total["mean"], 2) == 3.67


def test_the_response_rate_is_of_the_surveys_sent(served, boss):
    total = report(boss).total
    assert (total["sent"], total["came_back"], total["responded"]) == (4, 3, 75)


def test_a_survey_that_failed_was_not_sent(served, boss, berlin):
    failed = make_answer(berlin, 0, answered=False)
    message = Message.objects.create(
        thread=failed.conversation.thread, author_kind="automation", kind="text", content={}, status="failed"
    )
    Survey.objects.filter(pk=failed.pk).update(message=message)
    assert report(boss).total["sent"] == 4


def test_the_five_rows_are_all_there_from_best_to_worst(served, boss):
    rows = report(boss).distribution
    assert [(row["score"], row["count"], row["percent"]) for row in rows] == [
        (5, 1, 33),
        (4, 1, 33),
        (3, 0, 0),
        (2, 1, 33),
        (1, 0, 0),
    ]


def test_supervisors_get_their_numbers_admins_all(served, boss, admin):
    assert report(boss).total["answers"] == 3
    assert report(admin).total["answers"] == 4
    assert [row["name"] for row in report(admin).by_number()] == ["Berlin", "Porto"]


def test_a_supervisor_cannot_ask_for_anothers_number(served, boss, porto):
    assert report(boss, number=porto.pk).total["answers"] == 0


@pytest.mark.parametrize(
    "query, expected",
    [
        ({"period": "7"}, 4),
        ({"period": "90"}, 5),
        ({"number": "berlin", "period": "90"}, 4),
        ({"agent": "ben", "period": "90"}, 2),
        ({"tag": "vip"}, 1),
        ({"team": "team"}, 3),
        ({"agent": "ben", "tag": "vip"}, 0),
        ({"number": "x", "agent": "-1", "tag": "9" * 30}, 4),
    ],
)
def test_filters_narrow_the_figures(served, admin, berlin, ada, ben, query, expected):
    ids = {"berlin": berlin.pk, "ben": ben.pk, "vip": served.pk, "team": make_team("Desk", ada).pk}
    assert report(admin, **{name: ids.get(value, value) for name, value in query.items()}).total["answers"] == expected


def test_by_agent_with_share_and_response_rate(served, boss):
    rows = report(boss, period=90).by_agent()
    assert [(row["name"].name, row["answers"], row["satisfied"], row["responded"]) for row in rows] == [
        ("Ada", 3, 67, 75),
        ("Ben", 1, 0, 100),
    ]


def test_by_tag_counts_a_conversation_under_each_of_its_tags(served, boss, berlin):
    other = make_tag("Late")
    make_answer(berlin, 1, tags=[served, other])
    rows = {row["name"].name: (row["answers"], row["satisfied"]) for row in report(boss).by_tag()}
    assert rows == {"VIP": (2, 50), "Late": (1, 0)}


def test_over_time_has_a_step_for_every_day(served, boss):
    steps = report(boss, period=7).over_time
    today = timezone.now().date()
    assert [start for start, _ in steps] == [today - timedelta(days=days) for days in range(6, -1, -1)]
    counts = dict(steps)
    assert counts[today - timedelta(days=1)] == {"satisfied": 1, "neutral": 0, "dissatisfied": 0}
    assert counts[today - timedelta(days=3)] == {"satisfied": 0, "neutral": 0, "dissatisfied": 1}


@pytest.mark.parametrize("period, step", [("90", "week"), ("365", "month")])
def test_over_time_adds_up_in_weeks_and_months_too(served, boss, period, step):
    asked = report(boss, period=period)
    assert asked.period.step == step
    assert sum(sum(counts.values()) for _, counts in asked.over_time) == asked.total["answers"] == 4


def test_days_are_those_of_the_numbers_zone(berlin, boss):
    BusinessHours.objects.create(number=berlin, time_zone="Pacific/Auckland")
    answer = make_answer(berlin, 5)
    late = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)  # in Auckland it is 2 March already
    SurveyAnswer.objects.filter(pk=answer.pk).update(answered_at=late)
    days = {"from": "2026-03-02", "to": "2026-03-02"}
    assert report(boss, **days).total["answers"] == 1
    assert report(boss, **days).over_time == [(date(2026, 3, 2), {"satisfied": 1, "neutral": 0, "dissatisfied": 0})]
    assert report(boss, **{"from": "2026-03-01", "to": "2026-03-01"}).total["answers"] == 0


def test_today_is_that_of_the_chosen_number(berlin, boss):
    BusinessHours.objects.create(number=berlin, time_zone="Pacific/Auckland")
    now = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert report(boss, now, number=berlin.pk).period.last == date(2026, 3, 2)
    assert report(boss, now).period.last == date(2026, 3, 1)


# The page


@pytest.fixture
def look(client, boss):
    def look(viewer=boss, name="satisfaction", **query):
        client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(reverse(name), query)

    return look


def html(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_agents_get_neither_page_nor_entry(look, ada):
    assert look(ada).status_code == 403
    assert look(ada, "satisfaction_csv").status_code == 403
    assert look(ada, "reports").status_code == 403
    assert reverse("reports") not in html(look(ada, "inbox"))


def test_who_has_not_logged_in_is_sent_to_the_login(client, db):
    assert client.get(reverse("satisfaction")).status_code == 302
    assert AnonymousUser().is_authenticated is False


def test_supervisors_find_reports_in_the_rail(look, boss):
    assert f'href="{reverse("reports")}"' in html(look(boss, "inbox"))
    assert look(boss, "reports").url == reverse("satisfaction")


def test_the_page_says_the_figures_and_draws_them(look, served):
    page = html(look())
    assert re.search(r"Satisfied</dt><dd[^>]*>67<small>%", page)
    assert "3 of 4 surveys" in page
    assert page.count('class="value" width="33%"') == 3
    assert 'role="img" aria-label="Answers by day' in page
    assert "<summary>Show as a table</summary>" in page


def test_the_page_without_an_answer_says_what_will_stand_there(look, berlin):
    assert "No answers in these days" in html(look())
    make_answer(berlin, 0, answered=False)
    assert "Asked, but not answered yet" in html(look())
    assert "No answers in this selection" in html(look(agent="1"))


def test_each_answer_links_to_its_conversation_and_others_are_not_shown(look, served, berlin, porto):
    page = html(look())
    for answer in SurveyAnswer.objects.filter(number=berlin, score__in=[5, 4, 2]):
        assert reverse("conversation", args=[answer.conversation_id]) in page
    assert reverse("conversation", args=[SurveyAnswer.objects.get(number=porto).conversation_id]) not in page


def test_what_customers_write_is_text(look, berlin):
    make_answer(berlin, 1, comment="<script>alert(1)</script>\nreally", contact=make_contact("<b>Eve</b>"))
    page = html(look())
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>really" in page
    assert "<b>Eve" not in page


def test_answers_come_page_by_page(look, client, berlin):
    made = [make_answer(berlin, 5, days_ago=place / 100).conversation_id for place in range(30)]
    seen, address = [], reverse("satisfaction")
    page = html(look())
    while address:
        seen += [int(found) for found in re.findall(r'<a href="/inbox/c/(\d+)/"', page)]
        more = re.search(r'hx-get="([^"]+cursor=[^"]+)"', page)
        address = more and more[1].replace("&amp;", "&")
        page = address and html(client.get(address))
    assert seen == made


# CSV


def rows_of(answer):
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_csv_holds_the_answers_of_the_same_filters(look, served, ada, boss):
    rows = rows_of(look(boss, "satisfaction_csv", period="90", agent=ada.pk))
    assert [(row["Score"], row["Meaning"], row["Agent"], row["Number"]) for row in rows] == [
        ("5", "Very satisfied", "Ada", "Berlin"),
        ("4", "Satisfied", "Ada", "Berlin"),
        ("2", "Dissatisfied", "Ada", "Berlin"),
    ]
    assert rows[0]["Tags"] == "VIP"
    newest = SurveyAnswer.objects.get(score=5)
    assert rows[0]["Conversation"] == f"http://testserver{reverse('conversation', args=[newest.conversation_id])}"


def test_the_csv_of_a_supervisor_holds_their_numbers_only(look, served, boss, admin):
    assert {row["Number"] for row in rows_of(look(boss, "satisfaction_csv"))} == {"Berlin"}
    assert {row["Number"] for row in rows_of(look(admin, "satisfaction_csv"))} == {"Berlin", "Porto"}


def test_the_csv_is_streamed_page_by_page(look, berlin, boss, monkeypatch):
    monkeypatch.setattr("automation.views.reports.AT_ONCE", 2)
    for _ in range(5):
        make_answer(berlin, 4)
    answer = look(boss, "satisfaction_csv")
    assert answer.streaming
    assert len(rows_of(answer)) == 5


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_csv_begins_as_a_formula(look, berlin, boss, words):
    make_answer(berlin, 1, comment=words, contact=make_contact(f"{words.strip()} Eve"))
    row = rows_of(look(boss, "satisfaction_csv"))[0]
    assert row["Comment"][0] == row["Customer"][0] == row["Phone"][0] == "'"


def test_times_in_the_csv_are_the_numbers(look, berlin, boss):
    BusinessHours.objects.create(number=berlin, time_zone="Pacific/Auckland")
    answer = make_answer(berlin, 5)
    SurveyAnswer.objects.filter(pk=answer.pk).update(answered_at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
    rows = rows_of(look(boss, "satisfaction_csv", **{"from": "2026-03-02", "to": "2026-03-02"}))
    assert rows[0]["Answered"] == "2026-03-02 01:30"


# Beside the thread


@pytest.fixture
def beside(client):
    def beside(viewer, conversation):
        client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(reverse("satisfaction_panel", args=[conversation.pk]))

    return beside


def test_the_panel_shows_the_answer_with_its_comment(beside, berlin, ada):
    answer = make_answer(berlin, 4, agent=ada, comment="<i>Kind</i>")
    page = html(beside(ada, answer.conversation))
    assert "★★★★☆" in page
    assert "Satisfied" in page
    assert "&lt;i&gt;Kind" in page


def test_the_panel_says_that_a_survey_waits_for_its_answer(beside, berlin, ada):
    survey = make_answer(berlin, 0, agent=ada, answered=False)
    assert "not answered yet" in html(beside(ada, survey.conversation))


def test_the_panel_is_empty_where_nobody_was_asked(beside, berlin, ada):
    assert html(beside(ada, make_conversation("closed", number=berlin, assignee=ada))).strip() == ""


def test_the_panel_shows_answers_to_earlier_conversations(beside, berlin, ada):
    answer = make_answer(berlin, 2, agent=ada, days_ago=9)
    now = make_conversation("assigned", thread=answer.conversation.thread, assignee=ada)
    assert "★★☆☆☆" in html(beside(ada, now))


def test_the_panel_is_for_those_who_see_the_conversation(beside, berlin, porto, ada):
    stranger = make_agent("Eve", numbers=[porto])
    answer = make_answer(berlin, 2, agent=ada)
    assert beside(stranger, answer.conversation).status_code == 404


# Size


def test_a_page_asks_as_many_questions_for_many_answers_as_for_few(look, berlin, ada, boss):
    def asked_for(answers):
        for place in range(answers):
            make_answer(berlin, 1 + place % 5, agent=ada, days_ago=place / 2, tags=[make_tag()])
        with CaptureQueriesContext(connection) as asked:
            look(boss, period="90")
        return len(asked)

    asked_for(0)  # whatever is asked only once
    assert asked_for(3) == asked_for(17)


def test_the_choice_of_nothing_is_no_narrowing():
    assert Choice.read({}) == Choice()
