"""What a program's key reaches: everything, or what belongs to its one number."""

from django.db.models import Exists, OuterRef, Q

from inbox.models import Agent, Contact, Conversation, Message, Reception, Team, Thread


def agents_of(number_id=None):
    """Those who may log in and serve the number (None: any); admins serve all."""
    agents = Agent.objects.filter(is_active=True)
    if number_id is None:
        return agents
    serving = Reception.agents.through.objects.filter(reception__number=number_id).values("agent")
    return agents.filter(Q(role=Agent.Role.ADMIN) | Q(pk__in=serving))


def teams_of(number_id=None):
    """Those with somebody who serves the number (None: any), and the one that its new conversations go to."""
    if number_id is None:
        return Team.objects.all()
    with_somebody = Team.members.through.objects.filter(agent__in=agents_of(number_id)).values("team")
    default = Reception.objects.filter(number=number_id).values("team")
    return Team.objects.filter(Q(pk__in=with_somebody) | Q(pk__in=default))


def contacts_on(number_id=None):
    """Contacts who are known on the number (None: anywhere), each with `is_met`.

    Whoever only other numbers have spoken with is known here as soon as somebody names their phone, since the same
    phone is one contact (S0-5); what others keep about them is not for this number before it has met them, too.
    """
    contacts = Contact.objects.filter(merged_into=None)
    if number_id is None:
        return contacts
    threads = Thread.objects.filter(contact=OuterRef("pk"))
    elsewhere = threads.exclude(number=number_id)
    words = Message.objects.filter(thread__contact=OuterRef("pk"), thread__number=number_id)
    conversations = Conversation.objects.filter(thread__contact=OuterRef("pk"), thread__number=number_id)
    is_met = Exists(conversations) | Exists(words) | ~Exists(elsewhere)
    return contacts.filter(Exists(threads.filter(number=number_id))).annotate(is_met=is_met)


def is_stranger_on(contact, number_id):
    """Whether only other numbers have had a word with this contact."""
    here, elsewhere = Q(thread__number=number_id), contact.threads.exclude(number=number_id)
    if not elsewhere.exists():
        return False
    rows = (Conversation.objects.filter(here), Message.objects.filter(here))
    return not any(found.filter(thread__contact=contact).exists() for found in rows)
