"""What a key may do: its scopes."""

from rest_framework.permissions import BasePermission

from inbox.actions.permission import ask_for_scope
from inbox.actions.refusals import NotAllowed

# Stands in `scopes` for what every valid key may do.
ANY_KEY = ""
REST_API_OFF = "The REST API is switched off. An administrator switches it on in the admin, under REST API."


class HasScope(BasePermission):
    """Views say what they need in `scopes`: {action: scope}. An action that is not named there is nobody's."""

    def has_permission(self, request, view):
        """False without a key (401). Raises NotAllowed (403) `rest_api_off`, `templates_only` or `scope_missing`."""
        if request.auth is None:
            return False
        if not request.auth.rest_api_is_on:
            raise NotAllowed(REST_API_OFF, "rest_api_off")
        needed = view.scopes.get(view.action)
        if request.method.lower() in view.action_map and needed != ANY_KEY:  # other methods are answered with 405
            ask_for_scope(request.auth, needed)
        return True
