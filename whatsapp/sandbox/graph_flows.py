"""Flows of an account: create, list, get, assets, publish, deprecate, delete. No data endpoint."""

import json

from aiohttp import web

from whatsapp.sandbox.graph import (
    OUTBOX,
    VERSION,
    WORLD,
    base_url,
    caller,
    endpoint,
    node,
    page,
    read_body,
    success,
    wanted_fields,
)
from whatsapp.sandbox.records import Account, Flow
from whatsapp.sandbox.refusals import Refusal, no_such_node
from whatsapp.sandbox.world import World, new_id

FIELDS = ("id", "name", "status", "categories", "validation_errors")
CATEGORIES = [
    "SIGN_UP",
    "SIGN_IN",
    "APPOINTMENT_BOOKING",
    "LEAD_GENERATION",
    "CONTACT_US",
    "CUSTOMER_SUPPORT",
    "SURVEY",
    "OTHER",
]


def routes() -> list[web.RouteDef]:
    return [
        web.get(VERSION + "/{node}/flows", list_flows, allow_head=False),
        web.post(VERSION + "/{node}/flows", create),
        web.get(VERSION + "/{node}/assets", assets, allow_head=False),
        web.post(VERSION + "/{node}/assets", upload_json),
        web.get(VERSION + "/{node}/flow.json", download_json, allow_head=False),
        web.post(VERSION + "/{node}/publish", publish),
        web.post(VERSION + "/{node}/deprecate", deprecate),
    ]


def flow_for(world: World, account: Account, flow_id: str, method: str = "get") -> Flow:
    flow = world.flows.get(flow_id)
    if flow is None or flow.account_id != account.id:
        raise no_such_node(flow_id, method)
    return flow


def _flow(request: web.Request, method: str = "post") -> Flow:
    return flow_for(request.app[WORLD], caller(request), request.match_info["node"], method)


def shape(request: web.Request, flow: Flow) -> dict:
    account = request.app[WORLD].accounts[flow.account_id]
    parsed = json.loads(flow.flow_json) if flow.flow_json and not flow.validation_errors else {}
    preview = {"preview_url": f"{base_url(request)}/flows/{flow.id}/preview", "expires_at": "2030-01-01T00:00:00+0000"}
    return {
        "id": flow.id,
        "name": flow.name,
        "status": flow.status,
        "categories": flow.categories,
        "validation_errors": flow.validation_errors,
        "json_version": parsed.get("version", "7.2"),
        "data_api_version": parsed.get("data_api_version"),
        "endpoint_uri": flow.endpoint_uri or None,
        "preview": preview,
        "whatsapp_business_account": {"id": account.id, "name": account.name, "currency": account.currency},
        "application": {"id": account.app_id, "name": account.name, "link": "https://hafen.example/"},
        "health_status": {"can_send_message": "AVAILABLE", "entities": []},
    }


@endpoint("flows")
async def list_flows(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    account = world.account_for(caller(request), request.match_info["node"])
    found = page(request, [f for f in world.flows.values() if f.account_id == account.id])
    fields = wanted_fields(request, FIELDS)
    found["data"] = [
        node(shape(request, f), fields) | {"validation_errors": f.validation_errors} for f in found["data"]
    ]
    return web.json_response(found)


def describe(request: web.Request, flow: Flow) -> web.Response:
    fields = wanted_fields(request, FIELDS)
    answer = node(shape(request, flow), fields)
    return web.json_response(
        answer | ({"validation_errors": flow.validation_errors} if "validation_errors" in fields else {})
    )


@endpoint("flows")
async def create(request: web.Request) -> web.Response:
    world, given = request.app[WORLD], await read_body(request)
    account = world.account_for(caller(request), request.match_info["node"], "post")
    name = str(given.get("name") or "")
    if not name or any(f.name == name and f.account_id == account.id for f in world.flows.values()):
        raise Refusal(100, "Flow name is missing or taken: it must be unique within the account.", subcode=4016019)
    flow = Flow(new_id("66"), account.id, name, _categories(given), endpoint_uri=str(given.get("endpoint_uri") or ""))
    _take_json(flow, given.get("flow_json") or _json_of(world, account, given.get("clone_flow_id")))
    world.flows[flow.id] = flow
    world.changed()
    if str(given.get("publish", "")).lower() == "true":
        _publish(request, flow)
    return success(id=flow.id, validation_errors=flow.validation_errors)


def _json_of(world: World, account: Account, flow_id: object) -> str:
    return flow_for(world, account, str(flow_id)).flow_json if flow_id else ""


def _categories(given: dict) -> list[str]:
    rows = given.get("categories") or ["OTHER"]
    rows = json.loads(rows) if isinstance(rows, str) else rows
    if unknown := [c for c in rows if c not in CATEGORIES]:
        raise Refusal(100, f"Param categories has unknown values: {', '.join(map(str, unknown))}.")
    return rows


def _take_json(flow: Flow, text: object) -> None:
    """Keep a flow's JSON; what is wrong with it goes to validation_errors, as Meta does."""
    if not text:
        return
    flow.flow_json = text if isinstance(text, str) else json.dumps(text)
    flow.validation_errors = _errors_of(flow.flow_json)


def _errors_of(text: str) -> list[dict]:
    place = {"line_start": 1, "line_end": 1, "column_start": 1, "column_end": 1, "pointers": []}
    try:
        parsed = json.loads(text)
    except ValueError as trouble:
        return [{"error": "INVALID_JSON", "error_type": "JSON_SCHEMA_ERROR", "message": str(trouble), **place}]
    missing = [k for k in ("version", "screens") if not isinstance(parsed, dict) or not parsed.get(k)]
    words = "Missing Flow JSON property '{}'."
    rows = [{"error": "MISSING_REQUIRED_PROPERTY", "message": words.format(k)} for k in missing]
    return [{**row, "error_type": "JSON_SCHEMA_ERROR", **place} for row in rows]


async def change(request: web.Request, flow: Flow) -> web.Response:
    """POST /{flow id}: name, categories, endpoint_uri."""
    given = await read_body(request)
    if "categories" in given:
        flow.categories = _categories(given)
    flow.name = str(given.get("name") or flow.name)
    flow.endpoint_uri = str(given.get("endpoint_uri") or flow.endpoint_uri)
    request.app[WORLD].changed()
    return success()


@endpoint("flows")
async def assets(request: web.Request) -> web.Response:
    flow = _flow(request, "get")
    url = f"{base_url(request)}/{request.match_info['version']}/{flow.id}/flow.json"
    row = {"name": "flow.json", "asset_type": "FLOW_JSON", "download_url": url}
    return web.json_response(page(request, [row] if flow.flow_json else []))


@endpoint("flows")
async def download_json(request: web.Request) -> web.Response:
    """Meta's signed address needs no token; this one takes the flow's id for its secret."""
    flow = request.app[WORLD].flows.get(request.match_info["node"])
    if flow is None:
        raise no_such_node(request.match_info["node"])
    return web.Response(text=flow.flow_json, content_type="application/json")


@endpoint("flows")
async def upload_json(request: web.Request) -> web.Response:
    flow = _flow(request)
    if flow.status != "DRAFT":
        raise Refusal(139001, "A published flow can't be changed.")
    form = await request.post()
    file = form.get("file")
    text = file.file.read().decode() if isinstance(file, web.FileField) else str(file or "")
    _take_json(flow, text)
    request.app[WORLD].changed()
    return success(validation_errors=flow.validation_errors)


@endpoint("flows")
async def publish(request: web.Request) -> web.Response:
    _publish(request, _flow(request))
    return success()


def _publish(request: web.Request, flow: Flow) -> None:
    if flow.status != "DRAFT":
        raise Refusal(139002, "Only a draft can be published.")
    if flow.validation_errors or not flow.flow_json:
        raise Refusal(139002, "The flow has validation errors, or no Flow JSON yet.")
    if "data_api_version" in json.loads(flow.flow_json) and not flow.endpoint_uri:
        raise Refusal(139002, "The flow exchanges data but has no endpoint.")
    _move(request, flow, "PUBLISHED")


@endpoint("flows")
async def deprecate(request: web.Request) -> web.Response:
    flow = _flow(request)
    if flow.status != "PUBLISHED":
        raise Refusal(139003, "Only a published flow can be deprecated.")
    _move(request, flow, "DEPRECATED")
    return success()


def _move(request: web.Request, flow: Flow, status: str) -> None:
    old, flow.status = flow.status, status
    words = f"Flow {flow.name} changed from {old} to {status}"
    value = {
        "event": "FLOW_STATUS_CHANGE",
        "flow_id": flow.id,
        "old_status": old,
        "new_status": status,
        "message": words,
    }
    request.app[OUTBOX].put(flow.account_id, "flows", value, lane=f"flow:{flow.id}")
    request.app[WORLD].changed()


def drop(request: web.Request, flow: Flow) -> web.Response:
    if flow.status != "DRAFT":
        raise Refusal(139004, "Only drafts can be deleted.")
    del request.app[WORLD].flows[flow.id]
    request.app[WORLD].changed()
    return success()
