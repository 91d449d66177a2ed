"""The SMS gateways' webhook: who calls is proven by its signature, then reports and answers are applied at once."""

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.http import HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from broadcasts.models import BadCall, Recipient, SmsSender
from broadcasts.outside import answers, reports
from broadcasts.rules.forward import mark_of_try
from broadcasts.sms.gateway import Answer, BadSignature, Call, Malformed
from broadcasts.sms.kinds import GATEWAYS

SIGNATURE = "X-Twilio-Signature"
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
REASON_LIMIT = 300


@csrf_exempt
@require_POST
def webhook(request, kind):
    """200 what was taken (or known already), 403 an unproven caller, 400 what is of no use (kept), 503 the database is
    away: gateways call again."""
    gateway = GATEWAYS.get(kind)
    if gateway is None:
        return plain("There is no such gateway here.", 404)
    try:
        return take(request, kind, gateway)
    except DatabaseTrouble:
        return plain("The database is away. Please repeat.", 503)
    except UnreadablePostError:
        return plain("The body broke off.", 400)


def take(request, kind, gateway):
    call = Call(_addresses(request), dict(request.POST.lists()), request.headers.get(SIGNATURE, ""))
    senders = list(SmsSender.objects.filter(kind=kind, account_sid=gateway.account_in(call)))
    try:
        news = gateway.news_in(call, list({sender.auth_token for sender in senders}))
        if isinstance(news, Answer):
            answers.take(_written_to(news, senders), news)
        else:
            _report(request, news, senders)
    except BadSignature:
        return plain("The signature fits no sender here.", 403)
    except Malformed as trouble:
        BadCall.objects.create(kind=kind, reason=str(trouble)[:REASON_LIMIT], fields=_kept(call))
        return plain(str(trouble), 400)
    return HttpResponse(NOTHING_TO_SAY, content_type="text/xml; charset=utf-8")


def _addresses(request):
    """Ours as it was given to the gateway, and as this request shows it: behind a proxy they differ."""
    return [settings.SITE_URL + request.get_full_path(), request.build_absolute_uri()]


def _written_to(answer, senders):
    for sender in senders:
        if sender.sender == answer.to:
            return sender
    raise Malformed(f"None of our senders is {answer.to[:40]!r}.")


def _report(request, news, senders):
    """The recipient stands in the address that we gave with the text, so that a report may come before the answer."""
    ours = Recipient.objects.filter(broadcast__sms_sender__in=senders)
    named = request.GET.get("recipient", "")
    found = ours.filter(pk=named) if named.isdecimal() and len(named) < 19 else ours.filter(external_id=news.message_id)
    recipient = found.first()
    if recipient is None:
        raise Malformed("It speaks of a message that is not ours, or that is gone.")
    reason = f"sms_{news.code}" if news.code else "undelivered"
    told = reports.News(news.status, reason, news.words, news.message_id)
    reports.hear(recipient.pk, told, of_this_try=request.GET.get("try") == mark_of_try(recipient.left_at))


def _kept(call):
    """Without what a person wrote, and without what no database keeps."""
    told = {name: values for name, values in call.fields.items() if name != "Body"}
    return {name.replace("\x00", ""): [each.replace("\x00", "") for each in values] for name, values in told.items()}


def plain(words, status):
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
