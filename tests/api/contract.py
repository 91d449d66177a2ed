"""The API's own description, as a measure for what it answers."""

import json
import re
from functools import cache

import jsonschema_rs

from inbox.api.codes import CODES
from inbox.api.docs import described

METHODS = ("get", "post", "put", "patch", "delete")


def operations():
    """(method, address, operation) of everything that the API can be asked."""
    for address, methods in described()["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method, address, methods[method]


def checked(answer):
    """The Django answer, after a look whether the description promised its status, its type and its shape."""
    method, path = answer.request["REQUEST_METHOD"].lower(), answer.request["PATH_INFO"]
    operation = operation_at(method, path)
    if operation is None:
        assert answer.status_code >= 400, f"{method} {path} is not described"
        return answer
    promised = operation["responses"].get(str(answer.status_code))
    assert promised, f"{method} {path} answered {answer.status_code}, which is not described: {answer.content[:500]}"
    check_content(resolved(promised), answer)
    return answer


def operation_at(method, path):
    for one_method, address, operation in operations():
        if one_method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", address), path):
            return operation
    return None


def resolved(found):
    if "$ref" not in found:
        return found
    part = described()
    for name in found["$ref"].removeprefix("#/").split("/"):
        part = part[name]
    return part


def check_content(promised, answer):
    contents = promised.get("content", {})
    if not contents:
        assert not answer.content
        return
    kind = answer.headers["Content-Type"].split(";")[0]
    kind = kind if kind in contents else "*/*"
    assert kind in contents, f"{kind} instead of {', '.join(contents)}"
    if kind.endswith("json"):
        body = json.loads(answer.content)
        validator(json.dumps(contents[kind]["schema"])).validate(body)
        assert answer.status_code < 400 or body["code"] in CODES, f"The code {body['code']} is not in the list"


@cache
def validator(schema):
    """For a schema, written as JSON, within the description."""
    return jsonschema_rs.validator_for({**json.loads(schema), "components": described()["components"]})
