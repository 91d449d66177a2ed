"""Message templates of an account: list with paging, filters and summary; create, edit, delete, unpause, archive."""

import json

from aiohttp import web

from whatsapp.sandbox.graph import (
    REVIEWS,
    VERSION,
    WORLD,
    caller,
    endpoint,
    node,
    page,
    parsed,
    read_body,
    success,
    wanted_fields,
)
from whatsapp.sandbox.records import Account, Template
from whatsapp.sandbox.refusals import Refusal, no_such_node
from whatsapp.sandbox.templates import check_components, check_create
from whatsapp.sandbox.world import World, new_id

FIELDS = ("name", "parameter_format", "components", "language", "status", "category", "sub_category", "id")
LIMIT = 6000
QUALITY_DATE = 1795000000
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
EDITS_A_DAY = 1
DAY = 24 * 3600


def routes() -> list[web.RouteDef]:
    path = VERSION + "/{node}/message_templates"
    return [
        web.get(path, list_templates, allow_head=False),
        web.post(path, create),
        web.delete(path, delete),
        web.get(path + "/{template}", get_one, allow_head=False),
        web.post(path + "/archive", archive),
        web.post(path + "/unarchive", archive),
        web.post("/{node:\\d+}/message_templates/archive", archive),
        web.post("/{node:\\d+}/message_templates/unarchive", archive),
        web.post(VERSION + "/{node}/unpause", unpause),
    ]


def shape(template: Template) -> dict:
    """Every field a template has on the Graph."""
    return {
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "parameter_format": template.parameter_format,
        "components": template.components,
        "rejected_reason": template.rejected_reason,
        "quality_score": {"score": template.quality, "date": QUALITY_DATE},
        "message_send_ttl_seconds": template.ttl,
        "cta_url_link_tracking_opted_out": False,
    }


def template_for(world: World, account: Account, template_id: str, method: str = "get") -> Template:
    template = world.templates.get(template_id)
    if template is None or template.account_id != account.id:
        raise no_such_node(template_id, method)
    return template


def _account(request: web.Request, method: str = "get") -> Account:
    return request.app[WORLD].account_for(caller(request), request.match_info["node"], method)


@endpoint("templates")
async def list_templates(request: web.Request) -> web.Response:
    account, world = _account(request), request.app[WORLD]
    own = [t for t in world.templates.values() if t.account_id == account.id]
    found = page(request, [t for t in own if _fits(t, request.query)])
    fields = wanted_fields(request, FIELDS)
    found["data"] = [node(shape(t), fields) for t in found["data"]]
    if "summary" in request.query:
        found["summary"] = _summary(own)
    return web.json_response(found)


def _summary(own: list[Template]) -> dict:
    counts = {"total_count": len(own), "message_template_count": len(own), "message_template_limit": LIMIT}
    return {**counts, "are_translations_complete": True}


def _fits(template: Template, query) -> bool:
    if query.get("name") and query["name"] not in template.name:
        return False
    text = query.get("name_or_content", "").lower()
    if text and text not in (template.name + json.dumps(template.components, ensure_ascii=False)).lower():
        return False
    wanted = {"status": template.status, "category": template.category, "language": template.language}
    wanted["quality_score"] = template.quality
    return all(value in _several(query.get(key)) for key, value in wanted.items() if query.get(key))


def _several(text: str) -> list[str]:
    """A filter's values: one, comma-separated, or a JSON list."""
    return json.loads(text) if text.startswith("[") else text.split(",")


@endpoint("templates")
async def get_one(request: web.Request) -> web.Response:
    template = template_for(request.app[WORLD], _account(request), request.match_info["template"])
    return web.json_response(node(shape(template), wanted_fields(request, FIELDS)))


@endpoint("templates")
async def create(request: web.Request) -> web.Response:
    account, world = _account(request, "post"), request.app[WORLD]
    given = await read_body(request)
    given["components"] = parsed(given.get("components"))
    check_create(given)
    if world.template_named(account.id, given["name"], given["language"]):
        raise Refusal(100, "There is already content in this language for this template name.", subcode=2388024)
    template = Template(
        id=new_id("99"),
        account_id=account.id,
        name=given["name"],
        language=given["language"],
        category=given["category"].upper(),
        components=given["components"],
        parameter_format=str(given.get("parameter_format") or "POSITIONAL").upper(),
        ttl=given.get("message_send_ttl_seconds"),
        edited_at=[world.now()],
    )
    world.templates[template.id] = template
    request.app[REVIEWS].begin(template)
    return web.json_response({"id": template.id, "status": template.status, "category": template.category})


async def edit(request: web.Request, template: Template) -> web.Response:
    """POST /{template id}: components are replaced whole; an approved template once a day, its category never."""
    world, given = request.app[WORLD], await read_body(request)
    if template.status not in EDITABLE:
        raise Refusal(100, f"A template that is {template.status} can't be edited.", subcode=2388039)
    today = [at for at in template.edited_at if at > world.now() - DAY]
    if template.status == "APPROVED" and len(today) > EDITS_A_DAY:
        raise Refusal(100, "An approved template can be edited once in 24 hours.", subcode=2388039)
    if given.get("category") and template.status == "APPROVED" and given["category"] != template.category:
        raise Refusal(100, "The category of an approved template can't be changed.")
    if "components" in given:
        components = parsed(given["components"])
        check_components(components, template.category)
        template.components = components
        request.app[REVIEWS].components_changed(template)
    template.category = str(given.get("category") or template.category).upper()
    template.ttl = given.get("message_send_ttl_seconds", template.ttl)
    template.edited_at.append(world.now())
    if "components" in given:
        request.app[REVIEWS].begin(template)
    return success()


@endpoint("templates")
async def delete(request: web.Request) -> web.Response:
    """All languages of `name`, or one with `hsm_id`, or several with `hsm_ids`."""
    account, world, query = _account(request, "delete"), request.app[WORLD], request.query
    ids = [query["hsm_id"]] if query.get("hsm_id") else json.loads(query.get("hsm_ids", "[]"))
    own = [t for t in world.templates.values() if t.account_id == account.id]
    gone = [t for t in own if (t.id in map(str, ids) if ids else t.name == query.get("name"))]
    if not gone:
        raise Refusal(100, "Message template was not found.", subcode=2593002)
    for template in gone:
        del world.templates[template.id]
        request.app[REVIEWS].decide(template, status="DELETED")
    return success()


@endpoint("templates")
async def unpause(request: web.Request) -> web.Response:
    template = template_for(request.app[WORLD], caller(request), request.match_info["node"], "post")
    if template.status != "PAUSED":
        return web.json_response({"success": False, "reason": "NOT_PAUSED"})
    request.app[REVIEWS].decide(template, status="APPROVED")
    return success()


@endpoint("templates")
async def archive(request: web.Request) -> web.Response:
    account, word = _account(request, "post"), request.path.rstrip("/").rsplit("/", 1)[1]
    body = await read_body(request)
    rows = [template_for(request.app[WORLD], account, str(i), "post") for i in parsed(body["hsm_ids"])]
    for template in rows:
        request.app[REVIEWS].decide(template, status="ARCHIVED" if word == "archive" else "APPROVED")
    ids = [t.id for t in rows]
    key = "archived_templates" if word == "archive" else "unarchived_templates"
    return web.json_response({key: ids, "failed_templates": []})
