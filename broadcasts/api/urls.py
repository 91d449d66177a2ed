"""This app's addresses under /api/v1/."""

from rest_framework.routers import SimpleRouter

from broadcasts.api.broadcasts import Broadcasts

router = SimpleRouter(use_regex_path=False)
router.register("broadcasts", Broadcasts, "api-broadcast")

urlpatterns = router.urls
