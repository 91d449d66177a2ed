"""What comes next: how one operation's answer leads to another, as the API's description has it (OpenAPI links)."""

ID = "$response.body#/id"


def to(operation_id, description, **how):
    return {"operationId": operation_id, "description": description, **how}


def by_id(operation_id, description):
    return to(operation_id, description, parameters={"id": ID})


CONTACT = {
    "contact": by_id("get_contact", "Look it up."),
    "conversation": to("create_conversation", "Open a conversation with it.", requestBody={"contact": ID}),
}
CONVERSATION = {
    "conversation": by_id("get_conversation", "Look how it stands."),
    "template_message": by_id("send_template_message", "Send a message template in it."),
    "close": by_id("close_conversation", "Close it."),
}
MESSAGE = {"message": by_id("get_message", "Ask what became of it.")}

# {operationId: {name: link}}, from each success of the operation.
LINKS = {
    "create_contact": CONTACT,
    "create_conversation": CONVERSATION,
    "send_template_message": MESSAGE,
    "send_message": MESSAGE,
}
