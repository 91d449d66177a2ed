"""A number's page leads to its automations (S1-2): Home > WhatsApp accounts > number > Automation."""

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import path
from unfold.decorators import action

from automation.admin import page
from automation.admin.decisions import address_of_log
from inbox.admin.people import NumberAdmin
from inbox.queries import number_in
from whatsapp.models import Number

admin.site.unregister(Number)


@admin.register(Number)
class AutomatedNumberAdmin(NumberAdmin):
    """The gateway's page of a number, with the inbox's panel on it, and the way to what it does by itself."""

    actions_detail = [*NumberAdmin.actions_detail, "automation", "reason_log"]

    def get_urls(self):
        views = ("preview", page.preview), ("upload", page.upload), ("test", page.test)
        of_panels = [self._path(f"{name}/<slug:kind>/", view, name) for name, view in views]
        of_meta = [self._path("meta/", page.meta, "meta"), self._path("push/", page.push, "push")]
        return [*of_panels, *of_meta, *super().get_urls()]

    def _path(self, route, view, name):
        guarded = self.admin_site.admin_view(view)
        return path(f"<int:number_id>/automation/{route}", guarded, name=f"whatsapp_number_automation_{name}")

    @action(description="Automation", icon="bolt", url_path="automation")
    def automation(self, request, object_id):
        return page.page(request, object_id, self.admin_site)

    @action(description="Reason log", icon="history")
    def reason_log(self, request, object_id):
        return redirect(address_of_log(number__id__exact=number_in(object_id)))
