"""The picker of message templates: the list of an account, the form of one, and what was filled in."""

from django.conf.locale import LANG_INFO
from django.http import Http404
from django.shortcuts import render

from inbox.actions.refusals import Refusal, refusing_content
from inbox.actions.sending import TO_COME
from inbox.models import Attachment
from inbox.queries import numbers_of
from inbox.views.pages import page_of_inbox, seen_conversation
from inbox.views.posted import sent_id
from whatsapp import message_templates
from whatsapp.content import HEADER_MEDIA, Template
from whatsapp.models import MessageTemplate
from whatsapp.template_sync import DELETED


@page_of_inbox
def for_conversation(request, conversation_id):
    return _picker(request, seen_conversation(request, conversation_id).thread.number)


@page_of_inbox
def for_number(request, number_id):
    return _picker(request, served_number(request.user, number_id))


def served_number(agent, number_id):
    """The number if this agent serves it, else 404."""
    number = numbers_of(agent).select_related("account").filter(pk=number_id).first()
    if number is None:
        raise Http404("No such number")
    return number


def _picker(request, number):
    return render(request, "inbox/composer/_picker.html", template_choices(number))


def template_choices(number):
    """What the picker shows of a number's templates: those that can be sent first, and the languages there are."""
    stored = MessageTemplate.objects.filter(account=number.account_id).exclude(status=DELETED)
    choices = sorted((_choice(template) for template in stored), key=lambda choice: bool(choice["problem"]))
    languages = {choice["language"]: choice["language_name"] for choice in choices}
    return {"choices": choices, "languages": sorted(languages.items(), key=lambda pair: pair[1]), "number": number}


def _choice(template):
    """What the list says of a template; `problem` is empty where it can be chosen."""
    return {
        "pk": template.pk,
        "name": template.name,
        "language": template.language,
        "language_name": language_name(template.language),
        "category": template.category.lower(),
        "body": message_templates.outline(template.components)["body"],
        "problem": message_templates.problem(template.status) or _unfillable(template),
    }


def _unfillable(template):
    reason = message_templates.not_fillable(template.components)
    return f"It holds {reason}, which cannot be filled in here." if reason else ""


@page_of_inbox
def form(request, template_id):
    """The variables of a template and the bubble that the customer will see."""
    template = MessageTemplate.objects.filter(pk=template_id).first()
    if template is None or not numbers_of(request.user).filter(account=template.account_id).exists():
        raise Http404("No such template")
    context = {
        "template": template,
        "language_name": language_name(template.language),
        "variables": message_templates.variables(template.components),
        "shown": message_templates.outline(template.components),
        "file_kinds": HEADER_MEDIA,
    }
    return render(request, "inbox/composer/_template_form.html", context)


def language_name(code):
    """`pt_BR` -> `Portuguese (BR)`; a code that nobody knows stays as it is."""
    base, _, region = code.partition("_")
    name = LANG_INFO.get(base.lower(), {}).get("name", base)
    return f"{name} ({region})" if region else name


def chosen_template(agent, number, data):
    """(Template, [attachment id]) out of posted {content: {template, values}}. Raises Refusal naming the variable."""
    posted = data.get("content")
    posted = posted if isinstance(posted, dict) else {}
    stored = MessageTemplate.objects.filter(account=number.account_id, pk=sent_id(posted, "template")).first()
    if stored is None:
        raise Refusal("template_unknown", "This template is not there any more. Choose another one.", "template", 400)
    values, files = _values(posted.get("values"), agent)
    with refusing_content():
        components, preview = message_templates.fill(stored.components, values)
        return Template(stored.name, stored.language, tuple(components), preview), files


def _values(posted, agent):
    """The values as `fill` wants them; a file is named by its upload and goes to Meta when the message leaves."""
    values, files = {}, []
    for key, value in (posted if isinstance(posted, dict) else {}).items():
        if isinstance(value, dict) and value.get("attachment"):
            file = _uploaded(agent, sent_id(value, "attachment"), key)
            files.append(file.pk)
            value = {"media_id": TO_COME, "filename": file.filename}
        values[key] = value
    return values, files


def _uploaded(agent, attachment_id, key):
    """The agent's own upload, of the kind that the variable (header.image, ...) wants. One that was sent already may be
    a repeat, which the action recognises."""
    file = Attachment.objects.filter(pk=attachment_id, uploaded_by=agent).first()
    if file is None:
        raise Refusal("attachment_gone", "The file is no longer here. Attach it again.", key, 400)
    if key != f"header.{file.kind}":
        wanted = key.partition(".")[2]
        raise Refusal("wrong_kind", f"This template has a place for a file of the kind {wanted}.", key, 400)
    return file
