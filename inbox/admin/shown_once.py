"""Secrets are shown on one page, once, when they are made. It is a page of its own: to load it again makes no second
secret, and shows nothing any more."""

from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from inbox.models import ShownOnce

GONE_PAGE = "admin/shown_before.html"


class ShowsOnce:
    """For a ModelAdmin: what makes a secret while saving calls `show_once`, and then its page follows, not the list.

    `told_once(content)` gives that page's context; None where what it is about was deleted.
    """

    page_shown_once = ""

    def show_once(self, request, about, **secrets):
        """`about`: a row that has its id once the request is done."""
        request.shown_once = about, secrets

    def told_once(self, content):
        raise NotImplementedError

    def get_urls(self):
        view = self.admin_site.admin_view(require_GET(self.shown_once))
        return [path("shown-once/<int:once_id>/", view, name=self._shown_once_name()), *super().get_urls()]

    def shown_once(self, request, once_id):
        content = ShownOnce.take(once_id, request.user)
        told = content and self.told_once(content)
        site = self.admin_site.each_context(request)
        if told is None:
            return TemplateResponse(request, GONE_PAGE, {**site, "title": "Shown before"}, status=410)
        return TemplateResponse(request, self.page_shown_once, {**site, **told})

    def response_add(self, request, row, post_url_continue=None):
        return self._to_its_page(request) or super().response_add(request, row, post_url_continue)

    def response_change(self, request, row):
        return self._to_its_page(request) or super().response_change(request, row)

    def _to_its_page(self, request):
        if not hasattr(request, "shown_once"):
            return None
        about, secrets = request.shown_once
        kept = ShownOnce.keep(request.user, {"about": about.pk, **secrets})
        return redirect(reverse(f"admin:{self._shown_once_name()}", args=[kept.pk]))

    def _shown_once_name(self):
        return f"{self.opts.app_label}_{self.opts.model_name}_shown_once"
