"""A message as its reader may see it: what a program gave for itself is shown to that program."""

from inbox import shapes


class MessageSerializer(shapes.MessageSerializer):
    # Needs the request in its context: the sender's own data is shown to the sender.
    def to_representation(self, message):
        shown = super().to_representation(message)
        is_own = message.api_key_id == self.context["request"].auth.pk
        if is_own and "correlation" in message.on_answer:
            shown["on_answer"]["correlation"] = message.on_answer["correlation"]
        return shown


class ShowsMessages:
    """For a Resource that answers with messages."""

    def shown_message(self, message):
        return MessageSerializer(message, context=self.get_serializer_context()).data

    def shown_messages(self, messages):
        return MessageSerializer(messages, many=True, context=self.get_serializer_context()).data
