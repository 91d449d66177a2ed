"""The reason log and the timers in the administration: an admin finds out why a customer got no reminder."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from inbox.models import Timer
from inbox.schedule import write_sweeps
from tests import factories
from tests.automation.deciding import decided
from whatsapp.models import Number

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LOG = "admin:automation_decision_changelist"
TIMERS = "admin:inbox_timer_changelist"
SWEEP = "inbox.tasks.fire_timers"


@pytest.fixture
def browser(client):
    client.force_login(factories.make_agent(role="admin"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def amira():
    return factories.make_conversation(contact=factories.make_contact("Amira Haddad", "+4915112345678"))


@pytest.fixture
def luis():
    return factories.make_conversation(contact=factories.make_contact("Luis Ortega", "+351912345678"))


def listed(browser, page=LOG, **query):
    """The rows that the page shows, in its order."""
    answer = browser.get(reverse(page), query)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


@pytest.mark.parametrize("words", ["Amira", "haddad", "+49 151 1234 5678", "0151 12345678"])
def test_the_decisions_about_a_customer_are_found_by_name_and_phone(browser, amira, luis, words):
    about_amira = decided(amira)
    decided(luis)
    assert listed(browser, q=words) == [about_amira]


def test_they_are_found_by_the_conversations_number(browser, amira, luis):
    about_amira = decided(amira)
    decided(luis)
    assert listed(browser, q=str(amira.pk)) == [about_amira]
    assert listed(browser, conversation=amira.pk) == [about_amira]


def test_they_are_narrowed_by_number_automation_outcome_and_reason(browser, amira, luis):
    sought = decided(amira, "survey", "refused", "window_closed")
    decided(amira, "survey", "done", "")
    decided(amira, "reminder", "refused", "window_closed")
    decided(luis, "survey", "refused", "window_closed")
    decided(amira, "survey", "refused", "opted_out")
    narrowed = {"automation__exact": "survey", "outcome__exact": "refused", "reason": "window_closed"}
    assert listed(browser, number__id__exact=amira.thread.number_id, **narrowed) == [sought]


def test_they_are_narrowed_to_a_period(browser, amira):
    decided(amira, at=NOW - timedelta(days=20))
    sought = decided(amira, at=NOW - timedelta(days=10))
    day = f"{NOW - timedelta(days=10):%Y-%m-%d}"
    assert listed(browser, at_from=day, at_to=day) == [sought]
    assert listed(browser, at_from="2026-13-40", at_to="never") == listed(browser)


def test_the_newest_stand_first_and_a_page_leads_to_the_next(browser, amira):
    made = [decided(amira) for _ in range(60)]
    assert listed(browser) == made[:9:-1]
    assert listed(browser, p=2) == made[9::-1]


def test_nothing_is_counted_however_long_the_log(browser, amira):
    decided(amira)
    for page in (LOG, TIMERS):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            listed(browser, page, q="Amira")
        assert [query["sql"] for query in asked if "COUNT(" in query["sql"].upper()] == []


def test_a_line_says_what_and_why_and_leads_to_the_conversation(browser, amira):
    row = decided(amira, data={"by": "Lena Brandt"})
    for address in (reverse(LOG), reverse("admin:automation_decision_change", args=[row.pk])):
        shown = browser.get(address).content.decode()
        assert "Reminder not sent" in shown
        assert reverse("conversation", args=[amira.pk]) in shown


def test_the_log_is_read_only(browser, amira):
    row = decided(amira)
    assert browser.get(reverse("admin:automation_decision_add")).status_code == 403
    assert browser.post(reverse("admin:automation_decision_delete", args=[row.pk])).status_code == 403
    assert browser.post(reverse("admin:automation_decision_change", args=[row.pk]), {"reason": "x"}).status_code == 403


def test_a_numbers_page_leads_to_its_part_of_the_log(browser, amira, luis):
    about_amira = decided(amira)
    decided(luis)
    page = browser.get(reverse("admin:whatsapp_number_change", args=[amira.thread.number_id]))
    assert "Reason log" in page.content.decode()
    address = reverse("admin:whatsapp_number_reason_log", args=[amira.thread.number_id])
    log = browser.get(address, follow=True)
    assert list(log.context["cl"].result_list) == [about_amira]


def test_hostile_names_stay_words(browser, amira):
    amira.thread.contact.name = "<script>alert(1)</script>"
    amira.thread.contact.save()
    decided(amira, data={"by": "<script>alert(1)</script>"})
    Timer.objects.create(thread=amira.thread, conversation=amira, kind="reminder", due_at=NOW)
    for page in (LOG, TIMERS):
        assert "<script>alert(1)" not in browser.get(reverse(page)).content.decode()


def test_an_agent_has_no_business_here(client, amira):
    client.force_login(factories.make_agent(role="supervisor"), backend="django.contrib.auth.backends.ModelBackend")
    for page in (LOG, TIMERS):
        assert client.get(reverse(page)).status_code == 302


def test_timers_stand_in_the_order_in_which_they_are_due(browser, amira, luis):
    later = Timer.objects.create(thread=amira.thread, conversation=amira, kind="auto_close", due_at=NOW)
    sooner = Timer.objects.create(
        thread=luis.thread, conversation=luis, kind="reminder", due_at=NOW - timedelta(minutes=1)
    )
    assert listed(browser, TIMERS) == [sooner, later]
    assert listed(browser, TIMERS, q="Amira") == [later]
    assert listed(browser, TIMERS, kind="reminder") == [sooner]
    shown = browser.get(reverse("admin:inbox_timer_change", args=[later.pk])).content.decode()
    assert "Auto close" in shown
    assert reverse("conversation", args=[amira.pk]) in shown


def test_timers_are_read_only(browser, amira):
    row = Timer.objects.create(thread=amira.thread, conversation=amira, kind="auto_close", due_at=NOW)
    assert browser.get(reverse("admin:inbox_timer_add")).status_code == 403
    assert browser.post(reverse("admin:inbox_timer_delete", args=[row.pk])).status_code == 403


def test_an_admin_sees_the_sweep_of_timers_and_a_changed_interval_is_kept(browser):
    sweep = PeriodicTask.objects.get(name=SWEEP)
    assert sweep in listed(browser, "admin:django_celery_beat_periodictask_changelist")
    address = reverse("admin:django_celery_beat_periodictask_change", args=[sweep.pk])
    form = browser.get(address).context["adminform"].form
    two_seconds = IntervalSchedule.objects.create(every=2, period=IntervalSchedule.SECONDS)
    filled = {name: "" if value is None else value for name, value in form.initial.items() if value is not False}
    answer = browser.post(address, {**filled, "interval": two_seconds.pk})
    assert answer.status_code == 302
    write_sweeps()
    sweep.refresh_from_db()
    assert (sweep.interval, sweep.enabled) == (two_seconds, True)


def test_every_page_is_reached_from_the_side_bar(browser):
    shown = browser.get(reverse("admin:index")).content.decode()
    for page in (LOG, TIMERS, "admin:django_celery_beat_periodictask_changelist"):
        assert f'href="{reverse(page)}"' in shown
    assert admin.site.is_registered(Number)


@pytest.mark.parametrize("query", [{"reason": "a\x00"}, {"at_to": "9999-12-31"}, {"conversation": "\x00"}])
def test_a_filter_that_makes_no_sense_filters_nothing(browser, amira, query):
    assert browser.get(reverse(LOG), query).status_code == 200


def test_the_log_of_a_number_that_is_none_is_the_whole_log(browser):
    assert browser.get("/admin/whatsapp/number/berlin/reason_log/").status_code == 302
