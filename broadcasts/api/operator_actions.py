"""The old way to send one template to one phone, and what else operators do. Deprecated: broadcasts take its place."""

from datetime import date

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from broadcasts import examples
from broadcasts.rules.personalise import ValueMissing, Values, personalised
from inbox.actions import assignment, closing
from inbox.actions.addressing import Addressee, threads_of
from inbox.actions.permission import ask_for_scope
from inbox.actions.refusals import Refusal
from inbox.actions.sending import send_message, valid_phone, write_note
from inbox.actions.sending.filling import template_of
from inbox.api.deprecation import Deprecated
from inbox.api.permissions import ANY_KEY
from inbox.api.resources import Resource, StorableDict
from inbox.models import ApiKey, Conversation, Installation, Message, Thread
from whatsapp import content, message_templates
from whatsapp.models import MessageTemplate

Scope = ApiKey.Scope
NEEDS = {
    "template": ("template",),
    "message": ("text",),
    "assign": ("agent",),
    "close": (),
    "note": ("text", "agent"),
}
SCOPES = {
    "template": Scope.MESSAGES_TEMPLATES,
    "message": Scope.MESSAGES_FREE_FORM,
    "assign": Scope.CONVERSATIONS_WRITE,
    "close": Scope.CONVERSATIONS_WRITE,
    "note": Scope.CONVERSATIONS_WRITE,
}


class OperatorAction(serializers.Serializer):
    """What is to be done, and for whom. `action` says which of the other fields are needed."""

    example = examples.ACTION

    bot_id = serializers.UUIDField(help_text="The installation id from the admin's page REST API.")
    phone = serializers.CharField(max_length=40, help_text="The customer's, international, with plus sign.")
    action = serializers.ChoiceField(
        list(NEEDS),
        default="template",
        help_text="template: send `template`; message: send `text` inside the window; assign: to `agent`; close; note: "
        "write `text` down in the name of `agent`.",
    )
    template = serializers.CharField(required=False, max_length=512, help_text="Name of a message template.")
    language = serializers.CharField(
        required=False,
        max_length=20,
        help_text="Fixes the template's language; else the contact's attribute `language`, else English where there is "
        "one, else any.",
    )
    components = serializers.ListField(
        child=StorableDict(),
        required=False,
        max_length=20,
        help_text="Meta's send components, with literals or placeholders. Left out: filled from `params`.",
    )
    params = StorableDict(
        default=dict, help_text="Values by name; a template's first variable may be named `name` as well."
    )
    text = serializers.CharField(required=False, max_length=4096, help_text="The words of a message or a note.")
    agent = serializers.IntegerField(required=False, help_text="Id of an agent.")
    number = serializers.IntegerField(required=False, help_text="Id of our number; may be left out where there is one.")

    def validate(self, asked):
        missing = [name for name in NEEDS[asked["action"]] if name not in asked]
        if missing:
            words = f"The action {asked['action']} needs this."
            raise serializers.ValidationError(dict.fromkeys(missing, words))
        return asked


class OperatorActionDone(serializers.Serializer):
    """What was accepted."""

    example = examples.ACTION_DONE

    action = serializers.CharField(help_text="The action.")
    status = serializers.CharField(help_text="accepted: a message is on its way; done.")
    phone = serializers.CharField(help_text="As it was understood.")
    message = serializers.IntegerField(allow_null=True, help_text="Id of the message or note; null for other actions.")
    conversation = serializers.IntegerField(allow_null=True, help_text="Id of the conversation it concerns, or null.")


class OperatorActions(Resource):
    """Deprecated: what operators do, by phone instead of by id. Use broadcasts, conversations and messages."""

    serializer_class = OperatorActionDone
    pagination_class = None
    scopes = {"create": ANY_KEY}
    deprecated = {"create": Deprecated(since=date(2026, 11, 1), successor="broadcasts/")}

    @extend_schema(request=OperatorAction, responses={201: OperatorActionDone})
    def create(self, request):
        """Send a template to one phone, or message, assign, close or note. Use `POST /api/v1/broadcasts/` instead.

        Scopes: messages:templates, messages:free-form or conversations:write, as the action needs.
        """
        asked = self.told(OperatorAction)
        ask_for_scope(request.auth, SCOPES[asked["action"]])
        if asked["bot_id"] != Installation.current().public_id:
            words = "This is not the id of this installation. It stands in the admin, under REST API."
            raise Refusal("installation_unknown", words, "bot_id", 400)
        number = self.number(asked.get("number"))
        asked["phone"] = valid_phone(asked["phone"], number)
        done = getattr(self, f"do_{asked['action']}")(asked, number)
        return Response({"action": asked["action"], "phone": asked["phone"], **done}, status=201)

    def do_template(self, asked, number):
        with transaction.atomic():
            (thread_id,) = threads_of([Addressee(asked["phone"])], number)
        thread = Thread.objects.select_related("contact").get(pk=thread_id)
        return accepted(send_message(thread, template_for(asked, number, thread.contact), **as_program(self.request)))

    def do_message(self, asked, number):
        conversation = open_with(asked["phone"], number)
        return accepted(send_message(conversation, content.Text(asked["text"]), **as_program(self.request)))

    def do_assign(self, asked, number):
        conversation = open_with(asked["phone"], number)
        assignment.assign(conversation.pk, self.agent(asked["agent"]))
        return {"status": "done", "message": None, "conversation": conversation.pk}

    def do_close(self, asked, number):
        conversation = open_with(asked["phone"], number)
        closing.close(conversation.pk, by_rule="api")
        return {"status": "done", "message": None, "conversation": conversation.pk}

    def do_note(self, asked, number):
        conversation = open_with(asked["phone"], number)
        note = write_note(conversation.pk, asked["text"], self.agent(asked["agent"]))
        return {**accepted(note), "status": "done"}


def accepted(message):
    return {"status": "accepted", "message": message.pk, "conversation": message.conversation_id}


def as_program(request):
    return {"author_kind": Message.Author.INTEGRATION, "api_key": request.auth}


def open_with(phone, number):
    """The open conversation with whoever has this phone. Raises Refusal where there is none."""
    conversations = Conversation.objects.exclude(status=Conversation.Status.CLOSED)
    identified = {"kind": "wa_id", "value": phone.removeprefix("+")}
    mine = conversations.filter(
        thread__number=number, **{f"thread__contact__identities__{name}": value for name, value in identified.items()}
    )
    found = mine.first()
    if found is None:
        raise Refusal("conversation_closed", f"No conversation with {phone} is open. Send a template first.")
    return found


def template_for(asked, number, contact):
    """The Template content, filled. Raises Refusal naming what does not fit."""
    stored = stored_template(asked, number, contact)
    values = Values(asked["params"], {"name": contact.name or contact.profile_name})
    components = filled(asked["components"], values) if "components" in asked else by_variables(stored, values)
    return template_of(number.account_id, {"name": stored.name, "language": stored.language, "components": components})


def stored_template(asked, number, contact):
    """In the language that was fixed (S3-62), else in the contact's, else in English, else in any."""
    named = MessageTemplate.objects.filter(account=number.account_id, name=asked["template"])
    found = {template.language: template for template in named if not message_templates.problem(template.status)}
    if asked.get("language"):
        return found.get(asked["language"]) or refuse(asked["template"], asked["language"])
    own = str(contact.attributes.get("language", ""))
    wishes = [own, *sorted(language for language in found if language.startswith("en")), *sorted(found)]
    return next((found[wish] for wish in wishes if wish in found), None) or refuse(asked["template"], "any language")


def refuse(name, language):
    words = f"There is no message template “{name}” ({language}) that can be sent."
    raise Refusal("template_unknown", words, "template", 400)


def filled(components, values):
    try:
        return personalised(components, values)
    except ValueMissing as error:
        raise Refusal("value_missing", error.words, error.place.where, 400) from error


def by_variables(stored, values):
    """Each text variable by its name, the first one also by `name`. Raises Refusal for a template that wants more."""
    given, wanted = {}, message_templates.variables(stored.components)
    for place, variable in enumerate(wanted):
        found = values.get(variable.name) or (values.get("name") if place == 0 else "")
        if found:
            given[variable.key] = found
    try:
        return message_templates.fill(stored.components, given)[0]
    except content.ContentError as error:
        raise Refusal("value_missing", error.message, error.field, 400) from error
