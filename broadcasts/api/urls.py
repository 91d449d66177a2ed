"""This app's addresses under /api/v1/."""

from rest_framework.routers import SimpleRouter

from broadcasts.api.broadcasts import Broadcasts
from broadcasts.api.operator_actions import OperatorActions

router = SimpleRouter(use_regex_path=False)
router.register("broadcasts", Broadcasts, "api-broadcast")
router.register("operator-actions", OperatorActions, "api-operator-action")

urlpatterns = router.urls
