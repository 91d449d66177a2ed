"""/{id} for every kind of node, accounts and their subscriptions, apps and tokens."""

import secrets

from aiohttp import web

from whatsapp.sandbox import graph_flows, graph_media, graph_numbers, graph_templates
from whatsapp.sandbox.graph import (
    OUTBOX,
    VERSION,
    WORLD,
    caller,
    endpoint,
    node,
    page,
    read_body,
    success,
    wanted_fields,
)
from whatsapp.sandbox.graph_numbers import verified
from whatsapp.sandbox.records import Account
from whatsapp.sandbox.refusals import Refusal, no_such_node

NUMBER_FIELDS = [
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "last_onboarded_time",
    "webhook_configuration",
]
ACCOUNT_FIELDS = ("name", "timezone_id", "message_template_namespace", "currency")
SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")


def routes() -> list[web.RouteDef]:
    subscriptions = VERSION + "/{node}/subscribed_apps"
    made = [
        web.get(subscriptions, subscribed, allow_head=False),
        web.post(subscriptions, subscribe),
        web.delete(subscriptions, unsubscribe),
        web.get(VERSION + "/{node}/phone_numbers", list_numbers, allow_head=False),
        web.post(VERSION + "/{node}/subscriptions", set_app_callback),
        web.get(VERSION + "/{node}/owned_whatsapp_business_accounts", owned_accounts, allow_head=False),
        web.get(VERSION + "/debug_token", debug_token, allow_head=False),
        web.get("/debug_token", debug_token, allow_head=False),
        web.get(VERSION + "/oauth/access_token", app_token, allow_head=False),
    ]
    for path in (VERSION + "/{node}", VERSION + "/{node}/"):
        made += [web.get(path, get_node, allow_head=False), web.post(path, post_node), web.delete(path, delete_node)]
    return made


@endpoint("setup")
async def get_node(request: web.Request) -> web.Response:
    account, world, wanted = caller(request), request.app[WORLD], request.match_info["node"]
    if wanted in world.numbers:
        number = world.number_for(account, wanted)
        return web.json_response(node(graph_numbers.shape(world, number), wanted_fields(request, NUMBER_FIELDS)))
    if wanted in world.accounts:
        row = _shape(world.account_for(account, wanted))
        return web.json_response(node(row, wanted_fields(request, ACCOUNT_FIELDS)))
    if wanted in world.templates:
        template = graph_templates.template_for(world, account, wanted)
        fields = wanted_fields(request, graph_templates.FIELDS)
        return web.json_response(node(graph_templates.shape(template), fields))
    if wanted in world.flows:
        return graph_flows.describe(request, graph_flows.flow_for(world, account, wanted))
    if wanted in world.uploads:
        return graph_media.upload_state(request, wanted)
    return graph_media.describe(request, graph_media.media_for(request, account, wanted))


@endpoint("setup")
async def post_node(request: web.Request) -> web.Response:
    account, world, wanted = caller(request), request.app[WORLD], request.match_info["node"]
    if wanted in world.numbers:
        return await graph_numbers.change(request, world.number_for(account, wanted, "post"))
    if wanted in world.templates:
        return await graph_templates.edit(request, graph_templates.template_for(world, account, wanted, "post"))
    if wanted in world.flows:
        return await graph_flows.change(request, graph_flows.flow_for(world, account, wanted, "post"))
    if wanted in world.uploads:
        return await graph_media.continue_upload(request, wanted)
    world.account_for(account, wanted, "post")
    return success()


@endpoint("setup")
async def delete_node(request: web.Request) -> web.Response:
    account, world, wanted = caller(request), request.app[WORLD], request.match_info["node"]
    if wanted in world.flows:
        return graph_flows.drop(request, graph_flows.flow_for(world, account, wanted, "delete"))
    return graph_media.drop(request, graph_media.media_for(request, account, wanted, "delete"))


def _shape(account: Account) -> dict:
    owner = {"id": account.portfolio_id, "name": account.portfolio_name}
    return {
        "id": account.id,
        "name": account.name,
        "timezone_id": account.timezone_id,
        "message_template_namespace": f"{account.id}_sandbox",
        "currency": account.currency,
        "country": account.country,
        "account_review_status": account.status,
        "business_verification_status": "verified",
        "ownership_type": "SELF",
        "status": "ACTIVE",
        "owner_business_info": owner,
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "health_status": {"can_send_message": "AVAILABLE", "entities": []},
    }


@endpoint("setup")
async def list_numbers(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    account = world.account_for(caller(request), request.match_info["node"])
    own = [n for n in world.numbers.values() if n.account_id == account.id]
    fields = wanted_fields(request, NUMBER_FIELDS)
    return web.json_response(page(request, [node(graph_numbers.shape(world, n), fields) for n in own]))


@endpoint("setup")
async def owned_accounts(request: web.Request) -> web.Response:
    account = caller(request)
    if request.match_info["node"] != account.portfolio_id:
        raise no_such_node(request.match_info["node"])
    return web.json_response(page(request, [node(_shape(account), wanted_fields(request, ACCOUNT_FIELDS))]))


# Subscriptions


@endpoint("setup")
async def subscribed(request: web.Request) -> web.Response:
    account = request.app[WORLD].account_for(caller(request), request.match_info["node"])
    app = {"id": account.app_id, "name": account.name, "link": "https://hafen.example/"}
    row = {"whatsapp_business_api_data": app}
    if account.callback_url:
        row["override_callback_uri"] = account.callback_url
    return web.json_response({"data": [row] if account.subscribed else []})


@endpoint("setup")
async def subscribe(request: web.Request) -> web.Response:
    """Empty: subscribe with the app's own callback. With override_callback_uri: verified by GET, then used."""
    account = request.app[WORLD].account_for(caller(request), request.match_info["node"], "post")
    given = await read_body(request)
    account.callback_url = await verified(request, given.get("override_callback_uri"), given.get("verify_token"))
    account.subscribed = True
    request.app[WORLD].changed()
    return success()


@endpoint("setup")
async def unsubscribe(request: web.Request) -> web.Response:
    account = request.app[WORLD].account_for(caller(request), request.match_info["node"], "delete")
    account.subscribed, account.callback_url = False, ""
    request.app[WORLD].changed()
    return success()


@endpoint("setup")
async def set_app_callback(request: web.Request) -> web.Response:
    """POST /{app id}/subscriptions: the address for all accounts without an override, verified first."""
    account, given = caller(request), await read_body(request)
    if request.match_info["node"] != account.app_id:
        raise no_such_node(request.match_info["node"], "post")
    url = await verified(request, given.get("callback_url"), given.get("verify_token"))
    request.app[OUTBOX].product_url = url
    return success()


# Tokens


@endpoint("setup")
async def debug_token(request: web.Request) -> web.Response:
    asker = caller(request)
    account = request.app[WORLD].by_token.get(request.query.get("input_token", ""))
    if account is None:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return web.json_response({"data": {"is_valid": False, "error": error, "scopes": []}})
    if account.portfolio_id != asker.portfolio_id:
        raise Refusal(100, "The token belongs to another business.")
    grants = [{"scope": scope, "target_ids": [account.id]} for scope in SCOPES]
    return web.json_response(
        {
            "data": {
                "app_id": account.app_id,
                "type": "SYSTEM_USER",
                "application": account.name,
                "is_valid": True,
                "expires_at": 0,
                "issued_at": 1709544000,
                "scopes": list(SCOPES),
                "granular_scopes": grants,
                "user_id": "122" + account.id[-12:],
            }
        }
    )


@endpoint("setup")
async def app_token(request: web.Request) -> web.Response:
    """?client_id&client_secret: the app's own token is `id|secret`."""
    query = request.query
    for account in request.app[WORLD].accounts.values():
        known = account.app_id == query.get("client_id")
        if known and secrets.compare_digest(account.app_secret, query.get("client_secret", "")):
            return web.json_response({"access_token": f"{account.app_id}|{account.app_secret}", "token_type": "bearer"})
    raise Refusal(100, "Error validating client secret.")
