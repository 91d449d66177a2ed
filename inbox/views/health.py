"""For machines: is this installation ready?"""

from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from inbox import health


@never_cache
@require_safe
def healthz(request):
    """200 when every part is "ok", else 503; the body says which part is not."""
    parts = health.parts()
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)
