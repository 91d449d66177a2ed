"""Problems and headers as the API's description has them (RFC 9457, draft-ietf-httpapi-ratelimit-headers)."""

from inbox.api.codes import ALSO_400, CODES, TITLES

PROBLEM = {
    "type": "object",
    "description": "Every error in one shape (RFC 9457). Decide by `code`; `detail` is for people and may change.",
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "urn:switchboard: and the code."},
        "title": {"type": "string", "description": "What the status means."},
        "status": {"type": "integer", "description": "The status, as in the answer's first line."},
        "code": {"type": "string", "description": "The stable reason; see the list of codes."},
        "detail": {"type": "string", "description": "What happened and what to do, in a sentence."},
        "field": {"type": "string", "description": "The field or parameter to blame, `participants.0` for parts."},
        "errors": {
            "type": "array",
            "description": "With `invalid`: everything that is wrong.",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string", "description": "The field; empty where it is the whole."},
                    "code": {"type": "string", "description": "What is wrong with it: required, unknown, invalid, ..."},
                    "detail": {"type": "string", "description": "The same in a sentence."},
                },
                "required": ["field", "code", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail"],
}


def header(description, **schema):
    return {"description": description, "schema": {"type": "integer", **schema}}


HEADERS = {
    "RateLimit-Limit": header("How many requests the key may send in a minute."),
    "RateLimit-Remaining": header("How many of them are left."),
    "RateLimit-Reset": header("Seconds until they are all there again."),
    "Retry-After": header("Seconds to wait."),
    "Deprecation": {
        "description": "Since when this address is deprecated (RFC 9745): @ and seconds since 1970.",
        "schema": {"type": "string"},
    },
    "Sunset": {
        "description": "From when it is gone (RFC 8594); missing as long as no day is set.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": "The address that takes its place, as rel=successor-version.",
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {"description": "How to log in: with a bearer key.", "schema": {"type": "string"}},
}


def headers(*names):
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


COUNTED = headers("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
GOING = headers("Deprecation", "Sunset", "Link")


def name_of(status):
    return f"Problem{status}"


def reference(status):
    return {"$ref": f"#/components/responses/{name_of(status)}"}


def answers():
    """{name: the OpenAPI response} of every status that is a problem, with the codes it may have."""
    return {name_of(status): answer(status, title) for status, title in TITLES.items()}


def answer(status, title):
    also = ALSO_400 if status == 400 else ()
    codes = {code: words for code, (one_status, words) in CODES.items() if one_status == status or code in also}
    own = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}.get(status, [])
    return {
        "description": f"{title}.\n\n" + "\n".join(f"- `{code}`: {words}" for code, words in codes.items()),
        "headers": {
            **({} if status in (401, 503) else COUNTED),
            **headers(*own),
        },
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"value": example(status, title, code, words)} for code, words in codes.items()},
            }
        },
    }


def example(status, title, code, words):
    return {"type": f"urn:switchboard:{code}", "title": title, "status": status, "code": code, "detail": words}
