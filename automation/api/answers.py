"""What programs may answer to a relay, at once or later: its shape, checked and understood."""

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from automation.rules.relays import MOST_MESSAGES, Action, Answer, Words
from inbox.actions.refusals import Refusal
from inbox.actions.sending.filling import free_form, template_of
from inbox.api.problems import flatten
from inbox.api.relaying import RelayWishes, behaviour_of
from inbox.api.resources import StorableDict
from inbox.api.strict import complaints

WITH_WORDS = (Action.MESSAGE, Action.HAND_OVER, Action.COMPLETE)


class MessageOfAnswer(serializers.Serializer):
    """A message template (`name`, `language`, `components`) or a free-form message (`kind`, `content`), with what a
    call of its own would have said in its address."""

    name = serializers.CharField(required=False, help_text="Name of a message template.")
    language = serializers.CharField(required=False, help_text="Its language, for example en_US.")
    components = serializers.ListField(
        child=StorableDict(), default=list, help_text="Meta's send components of the template."
    )
    kind = serializers.CharField(default="text", help_text="Of a free-form message: text, buttons, list, ...")
    content = StorableDict(required=False, help_text='Of a free-form message: for example {"text": "Hello"}.')
    as_agent = serializers.BooleanField(default=False, help_text="In the assigned agent's name.")
    bump = serializers.BooleanField(default=True, help_text="False: sending moves no list.")
    bump_response = serializers.BooleanField(default=True, help_text="False: what the customer taps moves no list.")
    relay_response = serializers.BooleanField(default=False, help_text="True: what the customer taps comes to you.")
    relay = RelayWishes(required=False, help_text="What happens to the responses, with relay_response.")

    def validate(self, asked):
        if ("name" in asked) == ("content" in asked):
            raise ValidationError({"name": "Name a message template, or give a free-form message's content."})
        if "name" in asked and "language" not in asked:
            raise ValidationError({"language": "Name the template's language."})
        return asked


class AnswerSerializer(serializers.Serializer):
    """What is to be done: first the messages, then the action."""

    example = {"action": "hand_over", "messages": [{"content": {"text": "A colleague looks into it."}}]}

    action = serializers.ChoiceField(
        [str(action) for action in Action],
        help_text="none: nothing is to be done; later: the answer comes over the API; message; hand_over: to people; "
        "complete: close the conversation.",
    )
    messages = MessageOfAnswer(
        many=True,
        required=False,
        max_length=MOST_MESSAGES,
        help_text="What is said, in this order: bodies as of template-messages or messages, with bump, bump_response "
        "and relay_response beside them. Also before hand_over and complete.",
    )
    team = serializers.IntegerField(required=False, help_text="hand_over: into this team's line.")
    agent = serializers.IntegerField(required=False, help_text="hand_over: to this agent.")

    def validate(self, asked):
        if asked["action"] == Action.MESSAGE and not asked.get("messages"):
            raise ValidationError({"messages": "Name at least one message."})
        if asked.get("messages") and asked["action"] not in WITH_WORDS:
            raise ValidationError({"messages": f"There are no messages with the action {asked['action']}."})
        if {"team", "agent"} & set(asked) and asked["action"] != Action.HAND_OVER:
            raise ValidationError({"action": "A team or an agent is named with hand_over."})
        return asked


def read(told, relay):
    """The Answer that a JSON object is. Raises Refusal naming the field that makes no sense."""
    asked = _checked(told)
    account_id = relay.conversation.thread.number.account_id
    words = tuple(_words(one, account_id, relay.api_key) for one in asked.get("messages", ()))
    return Answer(Action(asked["action"]), words, asked.get("team"), asked.get("agent"), told)


def _checked(told):
    shape = AnswerSerializer(data=told)
    shape.is_valid()
    wrong = shape.errors or {path: [words] for path, words in complaints(shape, told)}
    if wrong:
        first = next(flatten(wrong))
        raise Refusal("invalid", first["detail"], first["field"], 400)
    return shape.validated_data


def _words(one, account_id, key):
    content = template_of(account_id, one) if "name" in one else free_form(one["kind"], one["content"])
    behaves = behaviour_of(one, one.get("relay"), key)
    return Words(content, behaves["bump"], behaves["on_answer"], one["as_agent"])
