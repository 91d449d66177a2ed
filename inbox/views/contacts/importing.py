"""Bring a table of contacts in: choose the file, look at what will become of each line, say yes."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from inbox import queries
from inbox.actions import groups as group_actions
from inbox.actions import importing
from inbox.actions.refusals import Refusal
from inbox.models import Contact, ContactImport, Group
from inbox.rules.contact_table import COLUMNS, MOST_ROWS, read_table
from inbox.views.pages import ask_for_supervisor, page_for_supervisors
from inbox.views.tables import MARK, written

MOST_BYTES = 10 * 1024 * 1024
SHOWN = {importing.REFUSED: 200, importing.CREATED: 20, importing.UPDATED: 20}
EXAMPLE = (
    ("Amira Haddad", "+49 1515 5501301", "amira@example.com", "C-1001", "", "Prefers mornings", "", "", "", "Hamburg"),
    ("Luis Ortega", "+351 912 345 678", "", "C-1002", "", "", "", "all", "", "Lisbon"),
)


class FileForm(forms.Form):
    file = forms.FileField(label="CSV file", allow_empty_file=True, max_length=1000)
    number = forms.ModelChoiceField(None, label="Customers of", empty_label=None)

    def __init__(self, agent, *args, **options):
        super().__init__(*args, **options)
        self.fields["number"].queryset = queries.numbers_of(agent)
        self.fields["number"].label_from_instance = lambda number: f"{number.name} · {number.display_phone_number}"

    def clean_file(self):
        if self.cleaned_data["file"].size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Bring it in parts.")
        return self.cleaned_data["file"]


@page_for_supervisors
def example(request):
    """A file to fill in."""
    response = HttpResponse(MARK + written([(*COLUMNS, "city"), *EXAMPLE]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="contacts example.csv"'
    return response


@login_required
def upload(request):
    """GET: the form. POST the file and the number: kept until it is brought in or the next one comes."""
    ask_for_supervisor(request.user)
    form = FileForm(request.user, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        kept = _keep(form, request.user)
        if kept:
            return redirect("contacts_import_preview", kept.pk)
    context = {"form": form, "columns": COLUMNS, "most_rows": MOST_ROWS}
    return render(request, "contacts/import.html", context, status=400 if form.errors else 200)


def _keep(form, agent):
    raw, file = form.cleaned_data["file"].read(), form.cleaned_data["file"]
    try:
        read_table(raw)
    except Refusal as refusal:
        form.add_error("file", refusal.words)
        return None
    ContactImport.objects.filter(by=agent, done_at=None).delete()
    text = raw.decode("utf-8-sig")
    told = {"number": form.cleaned_data["number"], "filename": file.name[:200]}
    return ContactImport.objects.create(by=agent, text=text, **told)


@login_required
def preview(request, import_id):
    """GET: what will become of the lines, judged against what is there now. POST: it becomes so."""
    ask_for_supervisor(request.user)
    kept = get_object_or_404(ContactImport.objects.select_related("number__account"), pk=import_id, by=request.user)
    if kept.done_at:
        return redirect("contacts")
    try:
        planned = importing.plan(read_table(kept.text.encode()), kept.number, request.user)
        if request.method == "POST":
            return _bring_in(request, kept, planned)
    except Refusal as refusal:
        messages.error(request, refusal.words)
        return redirect("contacts_import")
    return render(request, "contacts/import_preview.html", _shown(kept, planned))


def _shown(kept, planned):
    counts = importing.counts(planned)
    rows = {verdict: [one for one in planned if one.verdict == verdict][:most] for verdict, most in SHOWN.items()}
    return {
        "kept": kept,
        "counts": counts,
        "coming": counts[importing.CREATED] + counts[importing.UPDATED],
        "rows": rows,
        "sets": Group.objects.filter(filter=None),
    }


def _bring_in(request, kept, planned):
    group = _group(request.POST.get("group", "").strip(), request.user)
    ids = importing.bring_in(planned, kept.number, request.user)
    if group:
        group_actions.add_contacts(group, Contact.objects.filter(pk__in=ids), request.user)
    kept.counts, kept.done_at, kept.text = importing.counts(planned), timezone.now(), ""
    kept.save()
    told = kept.counts
    messages.success(request, f"Brought in: {told['created']} new, {told['updated']} changed.")
    return redirect("contact_group", group.pk) if group else redirect("contacts")


def _group(name, by):
    """The set of that name, a new one where there is none; None for no name."""
    if not name:
        return None
    found = Group.objects.filter(name__iexact=name).first()
    if found is None:
        return group_actions.save_set(name, Contact.objects.none(), by)
    group_actions.ask_for_set(found, by)
    return found
