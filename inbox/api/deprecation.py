"""Addresses that shall go one day say so in every answer, and in the API's description."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.http import http_date

UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Deprecated:
    """Since which day, which address of ours takes its place ("broadcasts/"), and from which day it is gone, once that
    is known: at least twelve months after it was decided."""

    since: date
    successor: str
    sunset: date | None = None

    @property
    def headers(self):
        """RFC 9745 and RFC 8594."""
        told = {
            "Deprecation": f"@{_seconds(self.since)}",
            "Link": f'<{settings.SITE_URL}/api/v1/{self.successor}>; rel="successor-version"',
        }
        return told | ({"Sunset": http_date(_seconds(self.sunset))} if self.sunset else {})


def _seconds(day):
    return int(datetime.combine(day, time(tzinfo=UTC)).timestamp())


class SaysWhatGoes:
    """For a Resource: `deprecated` says which of its actions shall go, {action: Deprecated}."""

    deprecated = {}

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        going = self.deprecated.get(getattr(self, "action", None))
        for name, value in (going.headers if going else {}).items():
            response[name] = value
        return response
