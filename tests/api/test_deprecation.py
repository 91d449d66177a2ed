"""What shall go one day says so."""

from datetime import date

from inbox.api.deprecation import Deprecated
from inbox.api.docs import described


def test_its_headers_name_days_and_what_takes_its_place(settings):
    settings.SITE_URL = "https://inbox.example"
    going = Deprecated(since=date(2026, 11, 1), successor="broadcasts/")
    link = '<https://inbox.example/api/v1/broadcasts/>; rel="successor-version"'
    assert going.headers == {"Deprecation": "@1793491200", "Link": link}
    last = Deprecated(date(2026, 11, 1), "broadcasts/", sunset=date(2027, 12, 1))
    assert last.headers["Sunset"] == "Wed, 01 Dec 2027 00:00:00 GMT"


def test_the_description_marks_it_and_its_headers_and_nothing_else():
    operations = [
        operation for path in described()["paths"].values() for operation in path.values() if "responses" in operation
    ]
    going = [operation for operation in operations if operation.get("deprecated")]
    assert [operation["tags"] for operation in going] == [["Operator actions"]]
    answers = [answer for operation in operations for answer in operation["responses"].values()]
    assert len([answer for answer in answers if "Sunset" in answer.get("headers", {})]) == 1
