"""What pages post: read strictly, answered in JSON, a refusal in its own words."""

import json
import logging
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from inbox.actions.refusals import Refusal

logger = logging.getLogger(__name__)


def refused(refusal):
    """{code, words, field} with the refusal's status."""
    answer = {"code": refusal.code, "words": refusal.words, "field": refusal.field}
    return JsonResponse(answer, status=refusal.status_code)


def action(view):
    """A POST by an agent who has logged in; a Refusal becomes its answer.

    So does what only the database can see: a tag or a team that is deleted, or a name that is taken, at this moment.
    """

    @login_required
    @require_POST
    @wraps(view)
    def answer(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(refusal)
        except IntegrityError as error:
            logger.warning("%s: at the same moment as another: %s", request.resolver_match.view_name, _violated(error))
            return refused(Refusal("meanwhile", "Somebody changed this at the same moment. Reload, and try again."))

    return answer


def _violated(error):
    """The constraint's name; the error's own words hold values."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or "unknown"


def sent_data(request):
    """What was posted, as a dict: a JSON object, or a form's fields. Raises Refusal (400)."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        data = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refusal("not_json", "The request could not be read.", status_code=400) from error
    if not isinstance(data, dict):
        raise Refusal("not_json", "The request could not be read.", status_code=400)
    return data


def sent_id(data, name):
    """A row's id out of posted data, or None. Raises Refusal (400) for what is no id."""
    value = data.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdecimal() or len(str(value)) > 18:
        raise Refusal("not_an_id", "This choice is not there any more. Reload the page.", field=name, status_code=400)
    return int(value)
