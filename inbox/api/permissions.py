"""What a key may do: its scopes."""

from rest_framework.permissions import BasePermission

from inbox.actions.refusals import NotAllowed
from inbox.models import ApiKey

# Stands in `scopes` for what every valid key may do.
ANY_KEY = ""
REST_API_OFF = "The REST API is switched off. An administrator switches it on in the admin, under REST API."
TEMPLATES_ONLY = "This key sends message templates only. Give it the scope messages:free-form for anything else."


class HasScope(BasePermission):
    """Views say what they need in `scopes`: {action: scope}. An action that is not named there is nobody's."""

    def has_permission(self, request, view):
        """False without a key (401). Raises NotAllowed (403) `rest_api_off`, `templates_only` or `scope_missing`."""
        if request.auth is None:
            return False
        if not request.auth.rest_api_is_on:
            raise NotAllowed(REST_API_OFF, "rest_api_off")
        if request.method.lower() in view.action_map:  # any other is answered with 405
            ask_for(view.scopes.get(view.action), request.auth)
        return True


def ask_for(needed, key):
    """Raise NotAllowed where the key lacks a scope."""
    if needed == ANY_KEY or needed in key.scopes:
        return
    if needed == ApiKey.Scope.MESSAGES_FREE_FORM:
        raise NotAllowed(TEMPLATES_ONLY, "templates_only")
    raise NotAllowed(f"This key lacks the scope {needed}.", "scope_missing")
