"""What a key may do: its scopes."""

from rest_framework.permissions import BasePermission


class HasScope(BasePermission):
    """Views say what they need in `scopes`: {action: scope}."""

    def has_permission(self, request, view):
        if request.auth is None:
            return False
        if view.action is None:  # a method that the resource does not have
            return True
        needed = view.scopes.get(view.action)
        self.message = f"This key lacks the scope {needed}."
        return needed in request.auth.scopes
