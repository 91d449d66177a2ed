"""No more emails: a page with one button, and the same address for the one click of a mail program (RFC 8058).

GET changes nothing, because mail scanners open every link. POST does it, whoever posts: the token is the proof.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadcasts import people
from broadcasts.mail.links import BadLink, wish_in
from broadcasts.models import Recipient
from inbox.consent import Said
from inbox.models import Consent

EMAIL = Consent.Channel.EMAIL
PAGE = "broadcasts/unsubscribe/page.html"


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """One click from a mail program is answered in a word, a person by the page. 404 for a broken link."""
    try:
        wish = wish_in(token)
    except BadLink:
        return _gone(request)
    contact, recipient = people.living(wish.contact_id), _recipient(wish)
    address = recipient.address if recipient else contact.email if contact else ""
    if not address:
        return _gone(request)
    if request.method == "POST":
        _choose(contact, address, is_undone="undo" in request.POST)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return HttpResponse("Unsubscribed.", content_type="text/plain; charset=utf-8")
    context = {
        "sender": recipient.broadcast.email_sender.name if recipient else "",
        "address": masked(address),
        "is_out": people.has_refused(EMAIL, address, people.living(wish.contact_id)),
        "is_done": request.method == "POST",
    }
    return render(request, PAGE, context)


def _recipient(wish):
    related = ("broadcast__email_sender",)
    return Recipient.objects.select_related(*related).filter(pk=wish.recipient_id).first()


def _choose(contact, address, is_undone):
    """The contact, and whoever else has this address: the mailbox is what was unsubscribed."""
    said = Said(Consent.Source.LINK)
    if is_undone:
        people.agree_at(EMAIL, address, said, contact)
    else:
        people.refuse_at(EMAIL, address, said, contact)


def _gone(request):
    return render(request, "broadcasts/unsubscribe/gone.html", status=404)


def masked(address):
    """Enough for its owner to know it, too little for whoever was forwarded the email: a...a@example.org."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 1 else ''}@{domain}" if domain else ""
