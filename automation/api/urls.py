"""This app's addresses under /api/v1/."""

from rest_framework.routers import SimpleRouter

from automation.api.relays import Relays

router = SimpleRouter(use_regex_path=False)
router.register("relays", Relays, "api-relay")

urlpatterns = router.urls
