"""What the demo's numbers do by themselves, and what its customers thought: so that nothing has to be set up to see it.

Nothing is retimed: what stands in the demo is old, and would be closed or reminded of at once.
"""

from datetime import timedelta

from django.dispatch import receiver

from automation.bots import example
from automation.models import Automation, Survey, SurveyAnswer
from inbox.models import Conversation
from inbox.signals import demo_written
from whatsapp.models import Number

Kind = Automation.Kind


def says(kind, text, **more):
    return {"kind": kind, "is_on": True, "content_kind": "text", "content": {"text": text}, **more}


AUTOMATIONS = [
    says(Kind.WELCOME, "Welcome to *Hafen & Co*! 👋 Ask us anything about your order."),
    says(Kind.UNASSIGNED, "Thank you for writing. Nobody is here just now; we answer as soon as somebody is."),
    says(Kind.QUEUE, "Everybody is talking to somebody at the moment. You will be answered soon.", says_position=True),
    says(Kind.REMINDER, "We have not forgotten you. Somebody is looking into it.", minutes=15),
    {"kind": Kind.AUTO_CLOSE, "is_on": True, "minutes": 22 * 60},
    {
        "kind": Kind.SURVEY,
        "is_on": True,
        "content_kind": "list",
        "content": {"text": "How satisfied are you with our service?", "button": "Choose"},
        "thanks": "Thank you for telling us.",
    },
]
# As customers answered, newest conversation first; None: not at all.
SCORES = (5, 4, None, 5, 3, 5, 4, None, 5, 2, 4, 5)
COMMENTS = {3: "Took a while, but it was solved.", 2: "I had to ask twice."}
ANSWERED_AFTER = timedelta(minutes=2)


@receiver(demo_written)
def write(sender=None, **kwargs):
    example.write()
    number = Number.objects.order_by("pk").first()
    if number is None or Automation.objects.filter(number=number).exists():
        return
    Automation.objects.bulk_create(Automation(number=number, **fields) for fields in AUTOMATIONS)
    served = Conversation.objects.filter(status=Conversation.Status.CLOSED, assignee__isnull=False)
    served = served.select_related("thread").order_by("-closed_at", "-pk")
    for place, conversation in enumerate(served):
        write_survey(conversation, SCORES[place % len(SCORES)])


def write_survey(conversation, score):
    about = {"conversation": conversation, "number_id": conversation.thread.number_id, "agent": conversation.assignee}
    Survey.objects.create(**about, sent_at=conversation.closed_at)
    if score:
        answered_at = conversation.closed_at + ANSWERED_AFTER
        SurveyAnswer.objects.create(
            **about,
            contact_id=conversation.thread.contact_id,
            score=score,
            comment=COMMENTS.get(score, ""),
            answered_at=answered_at,
            changed_at=answered_at,
            thanked_at=answered_at,
        )
