"""The API's description leaves no question open, and its examples are true."""

import ast
import json
import warnings
from pathlib import Path
from urllib.parse import urlencode

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from inbox.api.codes import CODES
from inbox.api.docs import described
from inbox.api.examples import QUERIES
from inbox.models import ApiKey
from tests.api.contract import operations, resolved, validator
from tests.api.story import tell


@pytest.fixture(autouse=True)
def files_lie_elsewhere(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


ROOT = Path(__file__).parents[2]
OPERATIONS = {operation["operationId"]: (method, address, operation) for method, address, operation in operations()}


def parts(found, at):
    """(where, schema) of every schema inside."""
    if isinstance(found, dict):
        yield at, found
        for name, inner in found.items():
            if name not in ("example", "examples", "default"):
                yield from parts(inner, f"{at}.{name}")
    elif isinstance(found, list):
        for place, inner in enumerate(found):
            yield from parts(inner, f"{at}.{place}")


def test_every_field_is_described():
    undescribed = [
        f"{at}.{name}"
        for at, schema in parts(described()["components"]["schemas"], "")
        if isinstance(schema.get("properties"), dict)
        for name, field in schema["properties"].items()
        if not field.get("description")
    ]
    assert undescribed == []


def test_every_shape_is_described():
    assert [name for name, shape in described()["components"]["schemas"].items() if not shape.get("description")] == []


def test_every_parameter_is_described():
    undescribed = [
        f"{method} {address}: {parameter['name']}"
        for method, address, operation in operations()
        for parameter in operation.get("parameters", [])
        if not parameter.get("description")
    ]
    assert undescribed == []


def test_the_description_is_made_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SchemaGenerator().get_schema(public=True)
    assert not GENERATOR_STATS


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_what_it_does_what_it_needs_and_what_it_may_answer(name):
    method, _, operation = OPERATIONS[name]
    assert name.replace("_", "").isalpha()
    assert operation["summary"]
    assert len(operation["tags"]) == 1
    assert "Scope: " in operation["description"]
    wanted = {"400", "401", "403", "406", "429"} | ({"404", "409", "413"} if method != "get" else set())
    assert wanted <= set(operation["responses"])
    assert (method == "get") != any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))


def test_no_two_operations_have_one_name():
    assert len(OPERATIONS) == len(list(operations()))


def test_every_code_of_a_problem_is_listed_where_it_may_be_answered():
    listed = {
        code
        for answer in described()["components"]["responses"].values()
        for code in answer["content"]["application/problem+json"]["examples"]
    }
    assert listed == set(CODES)


def test_what_programs_read_has_no_numbers_of_our_own_wishes():
    assert "(S0-" not in json.dumps(described())


def test_anybody_may_read_the_description(client):
    assert client.get("/api/schema/").json()["openapi"] == "3.1.1"
    assert b"openapi: 3.1.1" in client.get("/api/schema/", headers={"Accept": "application/yaml"}).content


# --- Examples ---


def bodies(operation):
    return operation.get("requestBody", {}).get("content", {})


def answers(operation):
    """(status, media type, content) of every successful answer."""
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            for kind, content in resolved(answer).get("content", {}).items():
                yield status, kind, content


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_shown_by_an_example_of_its_shape(name):
    operation = OPERATIONS[name][2]
    shown = [*bodies(operation).items(), *((kind, content) for _, kind, content in answers(operation))]
    for kind, content in shown:
        if kind == "application/json":
            assert "example" in content, f"{name} has no example of {content['schema']}"
            validator(json.dumps(content["schema"])).validate(content["example"])


WITH_BODY = [name for name in OPERATIONS if "application/json" in bodies(OPERATIONS[name][2])]
WITHOUT_BODY = [name for name in OPERATIONS if not bodies(OPERATIONS[name][2])]


@pytest.mark.parametrize("name", WITH_BODY)
def test_the_example_of_a_body_is_taken_and_answered_in_the_shape_shown(program, name):
    assert_as_shown(program, name, bodies(OPERATIONS[name][2])["application/json"]["example"])


@pytest.mark.parametrize("name", WITHOUT_BODY)
def test_what_needs_no_body_is_answered_in_the_shape_shown(program, name):
    assert_as_shown(program, name, None)


def assert_as_shown(program, name, body):
    method, address, operation = OPERATIONS[name]
    caller = program(*ApiKey.Scope.values)
    story = tell(name, caller.key)
    query = "?" + urlencode(story.own(QUERIES.get(name, {})))
    path = story.filled(address, operation).removeprefix("/api/v1/")
    answer = caller.post(path, story.own(body), method=method, query=query)
    shown = {status: content for status, _, content in answers(operation)}
    assert str(answer.status_code) in operation["responses"], answer.content
    if answer.headers.get("Content-Type") == "application/json":
        assert_alike(answer.json(), shown[str(answer.status_code)]["example"])


def assert_alike(answered, shown):
    """The same names in the same places; lists are told by their first row."""
    assert answered.keys() == shown.keys()
    if "results" in shown:
        assert answered["results"][0].keys() == shown["results"][0].keys()


def test_what_the_modules_of_the_api_refuse_has_a_code_of_the_list():
    calls = [node for path in ROOT.glob("*/api/*.py") for node in ast.walk(ast.parse(path.read_text()))]
    codes = {
        call.args[0].value
        for call in calls
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "Refusal"
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(codes) > 5
    assert codes <= set(CODES)
