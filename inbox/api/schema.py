"""How the API describes itself, as OpenAPI 3.1, out of its code.

What all operations share is added here, so that a resource is described by being one: names out of its actions, the
scope, parameters out of its queries, the Idempotency-Key of writes, the problems, the headers that count requests, the
examples. At a view stands only what is special (`extend_schema`).
"""

import re

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc

from inbox.api import problem_shapes
from inbox.api.examples import REQUESTS, SHAPES
from inbox.api.idempotency import NAME_LIMIT
from inbox.api.links import LINKS

# Where the wishes of the product are numbered: a reader of the API has no use for it.
NUMBERS_OF_WISHES = re.compile(r"\s*\(S\d[^)]*\)")
SCOPE = "Scope: `{}`."
ANY_KEY = "Scope: none, any key may ask."
WRITES = ("POST", "PUT", "PATCH", "DELETE")
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A name of your own for this write, for example a UUID. Sent again within 24 hours under the same "
    "name it is not done again: the first answer is repeated, with `Idempotency-Replayed: true`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": NAME_LIMIT, "pattern": "^[!-~]+$"},
}
SUCCESS = {"200": "As it is now.", "201": "Made."}
# What a key may ask of a list without a noun of its own: {action: (summary, operationId)}.
PLAIN = {
    "list": ("List {many}", "list_{many}"),
    "retrieve": ("Get one {one}", "get_{one}"),
    "create": ("Create a {one}", "create_{one}"),
    "update": ("Replace a {one}", "replace_{one}"),
    "partial_update": ("Change a {one}", "change_{one}"),
    "destroy": ("Delete a {one}", "delete_{one}"),
}


class Description(AutoSchema):
    """An operation of a Resource."""

    def get_operation(self, *args, **kwargs):
        operation = super().get_operation(*args, **kwargs)
        if operation is None or not hasattr(self.view, "scopes"):
            return operation
        operation["description"] = self.with_scope(operation.get("description", ""))
        operation["responses"] = {**operation["responses"], **self.problems(operation)}
        self.show_by_example(operation)
        return operation

    def is_deprecated(self):
        return self.view.action in getattr(self.view, "deprecated", {})

    # --- Names ---

    def get_operation_id(self):
        return self.plain()[1].replace(" ", "_").replace("-", "_")

    def get_summary(self):
        return self.plain()[0].capitalize()

    def get_tags(self):
        return [tag_of(self.path)]

    def plain(self):
        """(summary, operationId) in plain words, out of the action and the resource's nouns."""
        nouns = {"many": words(self._tokenize_path()[0]), "one": self.noun()}
        action = self.view.action
        if action in PLAIN:
            return tuple(pattern.format(**nouns) for pattern in PLAIN[action])
        return first_sentence(get_doc(getattr(self.view, action))) or words(action), f"{action}_{nouns['one']}"

    def noun(self):
        """What one row of the resource is called: “message template”."""
        name = getattr(self.view, "basename", None) or self._tokenize_path()[0]
        return words(name.removeprefix("api-"))

    def with_scope(self, description):
        scope = self.view.scopes.get(self.view.action)
        said = without_numbers(description)
        needed = SCOPE.format(scope) if scope else ANY_KEY
        return f"{said}\n\n{needed}".strip()

    # --- What is asked ---

    def get_override_parameters(self):
        asked = getattr(self.view, "queries", {}).get(self.view.action)
        return [asked] if asked else []

    def map_renderers(self, attribute):
        return [] if attribute == "format" else super().map_renderers(attribute)  # addresses do not say a format

    def _get_pagination_parameters(self):
        return []  # they stand in the queries, which refuse whatever is not in them

    def _get_parameters(self):
        parameters = super()._get_parameters()
        for parameter in parameters:
            if parameter["in"] == "path":
                parameter.setdefault("description", f"Id of the {self.noun()}.")
                parameter["schema"] = {**parameter["schema"], "minimum": 1}
        if self.method in WRITES:
            parameters.append(IDEMPOTENCY_KEY)
        return parameters

    def _map_basic_serializer(self, serializer, direction):
        """What is answered is always there; what is sent has no other fields."""
        shape = super()._map_basic_serializer(serializer, direction)
        if "id" in shape.get("properties", {}):
            shape["properties"]["id"].setdefault("description", f"Our id of the {self.noun()}.")
        if "description" not in shape and hasattr(serializer, "Meta"):
            shape["description"] = get_doc(serializer.Meta.model)
        if direction == "request":
            shape["additionalProperties"] = False
        elif shape.get("properties"):
            shape["required"] = sorted(shape["properties"])
        if example_of(serializer):
            shape["examples"] = getattr(serializer, "examples", [example_of(serializer)])
        return shape

    # --- What is answered ---

    def get_response_serializers(self):
        """What takes a part off a row answers with the row."""
        shape = super().get_response_serializers()
        return {200: shape} if self.method == "DELETE" and self.view.action != "destroy" else shape

    def problems(self, operation):
        statuses = [400, 401, 403, 406, 429, 503]
        has_body = "requestBody" in operation
        is_write = self.method in WRITES
        statuses += getattr(self.view, "refuses", {}).get(self.view.action, [])
        statuses += [404] * ("{" in self.path or is_write) + [409, 413] * is_write + [415] * has_body
        return {str(status): problem_shapes.reference(status) for status in sorted(statuses)}

    def show_by_example(self, operation):
        """The path, the body and the answer as the tests send and get them."""
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path" and example_of(self.view.serializer_class):
                parameter["example"] = example_of(self.view.serializer_class)["id"]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            example = REQUESTS.get(operation["operationId"]) or self.shown(content["schema"])
            if example is not None:
                content["example"] = example
        for status, answer in operation["responses"].items():
            if "$ref" not in answer:
                answer["description"] = answer.get("description") or SUCCESS.get(status, "Done.")
                going = problem_shapes.GOING if self.is_deprecated() else {}
                answer["headers"] = {**problem_shapes.COUNTED, **going, **answer.get("headers", {})}
                self.answer_by_example(answer)
                if operation["operationId"] in LINKS:
                    answer["links"] = LINKS[operation["operationId"]]

    def answer_by_example(self, answer):
        for content in answer.get("content", {}).values():
            example = self.shown(content["schema"])
            if example is not None:
                content["example"] = example

    def shown(self, schema):
        """The example of a shape that the description refers to, or None; a page of it where it is a list."""
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        if name.startswith("Paginated"):
            row = self.shown({"$ref": name.removeprefix("Paginated").removesuffix("List")})
            return row and {"next": None, "previous": None, "results": [row]}
        components = {component.name: component.schema for component in self.registry._components.values()}
        return next(iter(components.get(name, {}).get("examples", [])), None)


def example_of(serializer):
    """What stands at a serializer as `example`, or in the examples under its name; None where nothing does."""
    kind = serializer if isinstance(serializer, type) else type(serializer)
    several = getattr(kind, "examples", [None])
    return several[0] or getattr(kind, "example", None) or SHAPES.get(kind.__name__.removesuffix("Serializer"))


def words(name):
    return name.replace("-", " ").replace("_", " ")


def tag_of(path):
    """The first word of the address after its version: “Message templates”."""
    return words(path.removeprefix("/api/v1/").split("/", 1)[0]).capitalize()


def without_numbers(text):
    return NUMBERS_OF_WISHES.sub("", text)


def first_sentence(text):
    return without_numbers(text).split(".")[0].replace("\n", " ").strip()


def finish(result, generator, **_):
    """The hook over the whole: what the operations refer to, the tags, and no numbers of wishes anywhere."""
    components = result["components"]
    components["schemas"]["Problem"] = problem_shapes.PROBLEM
    components["responses"] = problem_shapes.answers()
    components["headers"] = problem_shapes.HEADERS
    result["tags"] = tags(generator)
    return clean(result)


def tags(generator):
    """Each resource with what its class says about itself."""
    said = {}
    for path, _, _, callback in generator.endpoints:
        said.setdefault(tag_of(path), get_doc(callback.cls))
    return [{"name": name, "description": without_numbers(words)} for name, words in sorted(said.items())]


# An empty text is a text, too: what is `oneOf` to the library may be both.
RENAMED = {"oneOf": "anyOf"}
OF_THE_LIBRARY = ("x-spec-enum-id",)


def clean(found):
    """Without numbers of wishes in descriptions, and without the library's own marks."""
    if isinstance(found, list):
        return [clean(inner) for inner in found]
    if isinstance(found, dict):
        return {RENAMED.get(name, name): clean(inner) for name, inner in found.items() if name not in OF_THE_LIBRARY}
    return without_numbers(found) if isinstance(found, str) else found
