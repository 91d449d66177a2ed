"""What customers thought of the service: figures and answers for a period, counted by the database.

Everybody gets the numbers that they serve, admins all of them. Days are those of each number's zone; answers count on
the day of the answer, the response rate on the day on which the survey was sent.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Avg, Count, DateField, DateTimeField, F, Func, Q, Value
from django.db.models.functions import Cast, Coalesce, TruncMonth, TruncWeek

from automation.charts import percent
from automation.models import BusinessHours, Survey, SurveyAnswer
from automation.rules.periods import Period, read_period
from automation.rules.surveys import DISSATISFIED, SATISFIED, SCORES
from inbox.models import Agent, Message, Tag, Team
from inbox.queries import number_in, numbers_of

# No zone is further from UTC: what the index finds before the exact day is asked.
WIDEST_OFFSET = timedelta(hours=15)
MOST_ROWS = 50


@dataclass(frozen=True)
class Choice:
    """What a report is narrowed to: ids, None for all."""

    number: int | None = None
    agent: int | None = None
    team: int | None = None
    tag: int | None = None

    @classmethod
    def read(cls, query):
        return cls(**{name: number_in(query.get(name, "")) or None for name in ("number", "agent", "team", "tag")})


def zone_of(number_id):
    """The zone of a number; the installation's for numbers without one, and for several."""
    zones = BusinessHours.objects.filter(number=number_id).values_list("time_zone", flat=True) if number_id else ()
    return ZoneInfo(next(iter(zones), None) or settings.TIME_ZONE)


class Report:
    """The satisfaction with what `viewer` may look at, narrowed to a Choice, in a Period."""

    def __init__(self, viewer, choice: Choice, period: Period):
        self.viewer, self.choice, self.period = viewer, choice, period

    @classmethod
    def read(cls, viewer, query, now):
        """From an address; what makes no sense in it is left out."""
        choice = Choice.read(query)
        today = now.astimezone(zone_of(choice.number)).date()
        return cls(viewer, choice, read_period(query.get("period"), query.get("from"), query.get("to"), today))

    # What it is about

    @property
    def is_narrowed(self):
        return self.choice != Choice()

    @cached_property
    def numbers(self):
        return list(numbers_of(self.viewer).order_by("name", "pk"))

    @cached_property
    def agents(self):
        """Those who serve these numbers, and those who did and were judged."""
        served = [number.pk for number in self.numbers]
        judged = SurveyAnswer.objects.filter(number__in=served).order_by().values("agent")
        here = Agent.objects.filter(receptions__number__in=served).values("pk")
        return list(Agent.objects.filter(Q(pk__in=here) | Q(pk__in=judged)).order_by("name", "pk"))

    @cached_property
    def teams(self):
        return list(Team.objects.all())

    @cached_property
    def tags(self):
        return list(Tag.objects.all())

    # Rows

    def answers(self):
        """The SurveyAnswers that the report is about."""
        return self._narrowed(SurveyAnswer.objects.all(), "answered_at")

    def surveys(self):
        """The Surveys that reached the customer, as far as we know."""
        sent = self._narrowed(Survey.objects.all(), "sent_at")
        return sent.exclude(message__status=Message.Status.FAILED)

    def _narrowed(self, rows, time):
        choice = self.choice
        rows = rows.filter(number__in=[number.pk for number in self.numbers], **self._roughly(time))
        if choice.number:
            rows = rows.filter(number=choice.number)
        if choice.agent:
            rows = rows.filter(agent=choice.agent)
        if choice.team:
            rows = rows.filter(agent__in=Team.members.through.objects.filter(team=choice.team).values("agent"))
        if choice.tag:
            tagged = Tag.conversations.through.objects.filter(tag=choice.tag).values("conversation")
            rows = rows.filter(conversation__in=tagged)
        return rows.alias(day=local_day(time)).filter(day__range=(self.period.first, self.period.last))

    def _roughly(self, time):
        """So that the index of the time is used; the exact day is asked besides."""
        first = _midnight(self.period.first) - WIDEST_OFFSET
        return {f"{time}__range": (first, _midnight(self.period.last) + timedelta(days=1) + WIDEST_OFFSET)}

    # Figures

    @cached_property
    def total(self):
        """{answers, satisfied: percent, mean, sent, responded: percent}"""
        found = self.answers().order_by().aggregate(**_counted(), mean=Avg("score"))
        sent = self.surveys().order_by().aggregate(**_asked())
        return _with_shares(found | sent)

    @cached_property
    def distribution(self):
        """[{score, words, count, percent}] from the best to the worst."""
        counts = dict(self.answers().order_by().values_list("score").annotate(n=Count("pk")))
        whole = sum(counts.values())
        words = dict(SurveyAnswer.Score.choices)
        return [
            {
                "score": score,
                "words": words[score],
                "count": counts.get(score, 0),
                "percent": percent(counts.get(score, 0), whole) or 0,
            }
            for score in SCORES
        ]

    @cached_property
    def over_time(self):
        """[(first day of the step, {satisfied, neutral, dissatisfied})], steps without an answer too."""
        of_step = {"day": F("local"), "week": TruncWeek("local"), "month": TruncMonth("local")}[self.period.step]
        rows = self.answers().order_by().alias(local=local_day("answered_at")).annotate(start=of_step)
        found = {row["start"]: row for row in rows.values("start").annotate(**_three())}
        empty = {"satisfied": 0, "neutral": 0, "dissatisfied": 0}
        return [(start, {name: found.get(start, empty)[name] for name in empty}) for start in self.period.starts()]

    def by_agent(self):
        return self._by("agent", {agent.pk: agent for agent in self.agents})

    def by_number(self):
        return self._by("number", {number.pk: number.name for number in self.numbers})

    def by_tag(self):
        return self._by("conversation__tags", {tag.pk: tag for tag in self.tags})

    def _by(self, field, names):
        """[{id, name, answers, satisfied, mean, sent, responded}] with most answers first."""
        rows = self.answers().order_by().values(key=F(field)).annotate(**_counted(), mean=Avg("score"))
        sent = self.surveys().order_by().values(key=F(field)).annotate(**_asked())
        asked = {row["key"]: row for row in sent}
        judged = [_with_shares({"sent": 0, "came_back": 0} | asked.get(row["key"], {}) | row) for row in rows]
        named = [row | {"id": row["key"], "name": names.get(row["key"])} for row in judged]
        named.sort(key=lambda row: (-row["answers"], str(row["name"])))
        return [row for row in named if row["key"]][:MOST_ROWS]


def local_day(time):
    """The day of a moment in the zone of the row's number."""
    zone = Coalesce(F("number__business_hours__time_zone"), Value(settings.TIME_ZONE))
    local = Func(zone, F(time), function="timezone", output_field=DateTimeField())
    return Cast(local, DateField())


def _midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _counted():
    return {"answers": Count("pk"), "satisfied_count": Count("pk", filter=Q(score__in=SATISFIED))}


def _asked():
    return {"sent": Count("pk"), "came_back": Count("conversation__survey_answer")}


def _three():
    satisfied, dissatisfied = Q(score__in=SATISFIED), Q(score__in=DISSATISFIED)
    return {
        "satisfied": Count("pk", filter=satisfied),
        "neutral": Count("pk", filter=~(satisfied | dissatisfied)),
        "dissatisfied": Count("pk", filter=dissatisfied),
    }


def _with_shares(row):
    return row | {
        "satisfied": percent(row["satisfied_count"], row["answers"]),
        "responded": percent(row["came_back"], row["sent"]),
    }
