"""The admin site: the theme's site, behind the product's own login page."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

# The theme's scripts evaluate expressions in attributes and its pages carry inline styles and scripts. Only admins get
# here, and the rest of the policy stays as it is everywhere.
ADMIN_POLICY = {"script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE], "style-src": [SELF, UNSAFE_INLINE]}


class SwitchboardAdminSite(UnfoldAdminSite):
    def admin_view(self, view, cacheable=False):
        return csp_replace(ADMIN_POLICY)(super().admin_view(view, cacheable))

    def login(self, request, extra_context=None):
        """There is one login page; whoever is logged in and still sent here is no admin and goes to the inbox."""
        if request.user.is_authenticated:
            return redirect("inbox")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request, extra_context=None):
        return redirect("logout")
