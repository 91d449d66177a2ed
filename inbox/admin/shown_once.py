"""Secrets are shown on one page, once: when they are made."""

from django.template.response import TemplateResponse


class ShowsOnce:
    """For a ModelAdmin: what makes a secret while saving calls `show_once`, and then its page follows, not the list."""

    page_shown_once = ""

    def show_once(self, request, title, **context):
        request.shown_once = {"title": title, **context}

    def response_add(self, request, row, post_url_continue=None):
        return self._page(request) or super().response_add(request, row, post_url_continue)

    def response_change(self, request, row):
        return self._page(request) or super().response_change(request, row)

    def _page(self, request):
        if not hasattr(request, "shown_once"):
            return None
        context = {**self.admin_site.each_context(request), **request.shown_once}
        return TemplateResponse(request, self.page_shown_once, context)
