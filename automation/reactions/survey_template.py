"""The survey as a message template, for a window that has closed."""

from automation.rules.surveys import SCORES, row_id
from inbox.actions.refusals import Refusal, refusing_content
from whatsapp import message_templates
from whatsapp.content import Template

# With so many buttons that answer, which scores they stand for, the best first.
SCORES_OF = {2: (5, 1), 3: (5, 3, 1), 5: SCORES}


def template_for(stored, conversation_id, contact):
    """Content of the stored message template: each text gap is the customer's name, each button that answers a score.

    Raises Refusal for a template that wants anything else.
    """
    wanted = message_templates.variables(stored.components)
    payloads = [variable for variable in wanted if variable.kind == "payload"]
    values = {variable.key: contact.display_name for variable in wanted if variable.kind == "text"}
    scores = SCORES_OF.get(len(payloads), ())
    if payloads and not scores:
        raise Refusal("template_buttons", "The survey's message template needs two, three or five buttons that answer.")
    for variable, score in zip(payloads, scores, strict=True):
        values[variable.key] = row_id(conversation_id, score)
    with refusing_content():
        components, preview = message_templates.fill(stored.components, values)
        return Template(stored.name, stored.language, tuple(components), preview)
