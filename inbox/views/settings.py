"""Settings that the team keeps for itself: tags and canned replies."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, ProtectedError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from inbox.models import CannedReply, Tag


class TagForm(forms.ModelForm):
    """A name and a highlight colour (S4-21)."""

    class Meta:
        model = Tag
        fields = ["name", "colour"]
        widgets = {"colour": forms.RadioSelect}

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())


class CannedReplyForm(forms.ModelForm):
    class Meta:
        model = CannedReply
        fields = ["shortcut", "text"]
        help_texts = {
            "shortcut": "Letters, digits and hyphens. Typing /shortcut in the composer inserts the text.",
            "text": "{{ name }} becomes the customer's name.",
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 5, "dir": "auto"})}


@login_required
def tags(request):
    """Settings > Tags: all of them with how often each is used, and New tag (S4-20)."""
    return _list(
        request, TagForm, "settings/tags.html", Tag.objects.annotate(uses=Count("conversations")), "Tag added."
    )


@login_required
def tag(request, tag_id):
    return _edit(request, TagForm, "settings/tag.html", get_object_or_404(Tag, pk=tag_id))


@login_required
@require_POST
def delete_tag(request, tag_id):
    return _delete(request, get_object_or_404(Tag, pk=tag_id))


@login_required
def canned_replies(request):
    return _list(
        request, CannedReplyForm, "settings/canned_replies.html", CannedReply.objects.all(), "Canned reply added."
    )


@login_required
def canned_reply(request, reply_id):
    return _edit(request, CannedReplyForm, "settings/canned_reply.html", get_object_or_404(CannedReply, pk=reply_id))


@login_required
@require_POST
def delete_canned_reply(request, reply_id):
    return _delete(request, get_object_or_404(CannedReply, pk=reply_id))


def _list(request, form_class, template, rows, words):
    """Everyone looks; supervisors and admins add."""
    form = form_class(request.POST or None)
    if request.method == "POST":
        _may_edit(request)
        if form.is_valid():
            form.save()
            messages.success(request, words)
            return redirect(request.path)
    return render(request, template, {"form": form, "rows": rows}, status=400 if form.errors else 200)


def _edit(request, form_class, template, row):
    _may_edit(request)
    form = form_class(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect(_list_of(row))
    return render(request, template, {"form": form, "row": row}, status=400 if form.errors else 200)


def _delete(request, row):
    _may_edit(request)
    try:
        row.delete()
    except ProtectedError:
        messages.error(request, f"{row} is in use and stays.")
    else:
        messages.success(request, f"{row} is deleted.")
    return redirect(_list_of(row))


def _list_of(row):
    return "tags" if isinstance(row, Tag) else "canned_replies"


def _may_edit(request):
    if not request.user.is_supervisor:
        raise PermissionDenied("Only supervisors and admins change these settings.")
