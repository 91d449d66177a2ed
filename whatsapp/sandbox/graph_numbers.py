"""A number's own endpoints: automation, profile, registration, settings, block list, QR codes, encryption key."""

import re
import secrets

from aiohttp import web

from whatsapp.sandbox.graph import (
    OUTBOX,
    VERSION,
    WORLD,
    caller,
    endpoint,
    page,
    parsed,
    read_body,
    success,
    wanted_fields,
)
from whatsapp.sandbox.records import Customer, Number
from whatsapp.sandbox.refusals import Refusal, fault
from whatsapp.sandbox.world import World, new_id

PROFILE_FIELDS = ("about", "address", "description", "email", "profile_picture_url", "websites", "vertical")
PROFILE_LENGTHS = {"about": 139, "address": 256, "description": 512, "email": 128}
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0f]")


def routes() -> list[web.RouteDef]:
    gets = {"whatsapp_business_profile": profile, "settings": settings, "block_users": blocked}
    gets |= {"message_qrdls": qr_codes, "whatsapp_business_encryption": public_key}
    posts = {"conversational_automation": automate, "whatsapp_business_profile": change_profile, "register": register}
    posts |= {"deregister": deregister, "request_code": request_code, "verify_code": verify_code}
    posts |= {"settings": change_settings, "block_users": block, "message_qrdls": make_qr_code}
    posts |= {"whatsapp_business_encryption": set_public_key}
    return [
        *(web.get(f"{VERSION}/{{node}}/{path}", handler, allow_head=False) for path, handler in gets.items()),
        *(web.post(f"{VERSION}/{{node}}/{path}", handler) for path, handler in posts.items()),
        web.delete(VERSION + "/{node}/block_users", unblock),
        web.get(VERSION + "/{node}/message_qrdls/{code}", qr_code, allow_head=False),
        web.delete(VERSION + "/{node}/message_qrdls/{code}", drop_qr_code),
    ]


def _number(request: web.Request, method: str = "post") -> Number:
    return request.app[WORLD].number_for(caller(request), request.match_info["node"], method)


def shape(world: World, number: Number) -> dict:
    """Every field a number has on the Graph; `fields` set by the control API win."""
    level = "HIGH" if number.throughput > 80 else "STANDARD"
    entity = {"entity_type": "PHONE_NUMBER", "id": number.id, "can_send_message": "AVAILABLE"}
    automation = {k: v for k, v in number.automation.items() if v not in ([], None)}
    usual = {
        "id": number.id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API",
        "status": "CONNECTED" if number.registered else "DISCONNECTED",
        "name_status": "APPROVED",
        "new_name_status": "NONE",
        "throughput": {"level": level},
        "account_mode": "LIVE",
        "is_official_business_account": False,
        "is_pin_enabled": bool(number.pin),
        "is_on_biz_app": number.announces_edits,
        "last_onboarded_time": "2024-03-04T09:00:00+0000",
        "certificate": "sandbox",
        "search_visibility": "VISIBLE",
        "messaging_limit_tier": "TIER_2K",
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "webhook_configuration": _webhook(world, number),
        "health_status": {"can_send_message": "AVAILABLE", "entities": [entity]},
        "conversational_automation": {**automation, "id": number.id},
    }
    return usual | number.fields


def _webhook(world: World, number: Number) -> dict:
    account = world.accounts[number.account_id]
    rows = {"phone_number": number.callback_url, "whatsapp_business_account": account.callback_url}
    return {k: v for k, v in rows.items() if v}


async def change(request: web.Request, number: Number) -> web.Response:
    """POST /{phone number id}: pin, webhook override (verified first), new display name."""
    given = await read_body(request)
    if "pin" in given:
        number.pin = _pin(given)
    if "webhook_configuration" in given:
        override = given["webhook_configuration"] or {}
        number.callback_url = await verified(
            request, override.get("override_callback_uri"), override.get("verify_token")
        )
    if "new_display_name" in given:
        number.fields |= {"new_display_name": given["new_display_name"], "new_name_status": "PENDING_REVIEW"}
    request.app[WORLD].changed()
    return success()


async def verified(request: web.Request, url: object, token: object) -> str:
    """The callback address after Meta's GET check; "" clears it. Raises Refusal 100."""
    if not url:
        return ""
    ok, words = await request.app[OUTBOX].verify(str(url), str(token or ""))
    if not ok:
        raise Refusal(100, f"The callback URL or verify token couldn't be validated: {words}", subcode=2200)
    return str(url)


def _pin(given: dict) -> str:
    pin = str(given.get("pin") or "")
    if not re.fullmatch(r"\d{6}", pin):
        raise Refusal(100, "Param pin must be six digits.")
    return pin


@endpoint("setup")
async def automate(request: web.Request) -> web.Response:
    """Prompts (ice breakers), commands, the welcome switch: a list that is given replaces the old one."""
    number, given = _number(request), await read_body(request)
    prompts, commands = parsed(given.get("prompts")), parsed(given.get("commands"))
    _check_prompts(prompts or [])
    _check_commands(commands or [])
    news = {"prompts": prompts, "commands": commands, "enable_welcome_message": given.get("enable_welcome_message")}
    number.automation |= {k: v for k, v in news.items() if v is not None}
    request.app[WORLD].tell("number", number)
    return success()


def _check_prompts(prompts: list) -> None:
    if len(prompts) > 4:
        raise Refusal(100, "Param prompts: at most 4 ice breakers are allowed.")
    for prompt in prompts:
        _check_words("prompts", prompt, 80)


def _check_commands(commands: list) -> None:
    if len(commands) > 30:
        raise Refusal(100, "Param commands: at most 30 commands are allowed.")
    for command in commands:
        _check_words("command_name", command.get("command_name"), 32)
        _check_words("command_description", command.get("command_description"), 256)
        if not re.fullmatch(r"\w+", command["command_name"]):
            raise Refusal(100, "Param command_name: only letters, digits and underscores are allowed.")


def _check_words(name: str, text: object, most: int) -> None:
    if not isinstance(text, str) or not 1 <= len(text) <= most:
        raise Refusal(100, f"Param {name}: length must be between 1 and {most}.")
    if EMOJI.search(text):
        raise Refusal(100, f"Param {name}: emojis are not supported.")


@endpoint("setup")
async def profile(request: web.Request) -> web.Response:
    number = _number(request, "get")
    fields = wanted_fields(request, ("about",))
    row = {"messaging_product": "whatsapp", **{f: number.profile[f] for f in fields if number.profile.get(f)}}
    return web.json_response({"data": [row]})


@endpoint("setup")
async def change_profile(request: web.Request) -> web.Response:
    number, given = _number(request), await read_body(request)
    if given.get("messaging_product") != "whatsapp":
        raise Refusal(100, "The parameter messaging_product is required.")
    for name, most in PROFILE_LENGTHS.items():
        if len(str(given.get(name, ""))) > most or (name == "about" and given.get(name) == ""):
            raise Refusal(100, f"Param {name}: length must be at most {most}.")
    websites = given.get("websites") or []
    if len(websites) > 2 or any(not str(w).startswith(("http://", "https://")) or len(w) > 256 for w in websites):
        raise Refusal(100, "Param websites: at most 2 addresses with http:// or https:// of at most 256 characters.")
    number.profile |= {k: given[k] for k in PROFILE_FIELDS if k in given}
    request.app[WORLD].tell("number", number)
    return success()


@endpoint("setup")
async def register(request: web.Request) -> web.Response:
    number = _number(request)
    pin = _pin(await read_body(request))
    if number.pin and number.pin != pin:
        raise Refusal(133005, "The two-step verification PIN is not the one that was set.")
    number.pin, number.registered = pin, True
    request.app[WORLD].changed()
    return success()


@endpoint("setup")
async def deregister(request: web.Request) -> web.Response:
    _number(request).registered = False
    request.app[WORLD].changed()
    return success()


@endpoint("setup")
async def request_code(request: web.Request) -> web.Response:
    _number(request)
    return success()


@endpoint("setup")
async def verify_code(request: web.Request) -> web.Response:
    number = _number(request)
    return success(id=number.id)


@endpoint("setup")
async def settings(request: web.Request) -> web.Response:
    usual = {"storage_configuration": {"status": "DEFAULT"}, "calling": {"status": "DISABLED"}}
    return web.json_response(usual | _number(request, "get").settings)


@endpoint("setup")
async def change_settings(request: web.Request) -> web.Response:
    _number(request).settings |= await read_body(request)
    request.app[WORLD].changed()
    return success()


# Block list


@endpoint("setup")
async def blocked(request: web.Request) -> web.Response:
    world, number = request.app[WORLD], _number(request, "get")
    people = [world.customers[c] for c in number.blocked]
    return web.json_response(page(request, [{"messaging_product": "whatsapp", "wa_id": c.phone} for c in people]))


@endpoint("setup")
async def block(request: web.Request) -> web.Response:
    """Only users who wrote within the last 24 hours can be blocked."""
    number = _number(request)
    return await _move(request, number, "added_users")


@endpoint("setup")
async def unblock(request: web.Request) -> web.Response:
    return await _move(request, _number(request, "delete"), "removed_users")


async def _move(request: web.Request, number: Number, key: str) -> web.Response:
    world, done, failed = request.app[WORLD], [], []
    for row in (await read_body(request))["block_users"]:
        customer = world.recipient(str(row.get("user") or ""), str(row.get("user_id") or ""))
        about = {"input": row.get("user") or row.get("user_id"), "wa_id": customer.phone}
        if key == "added_users" and not _wrote_lately(world, number, customer):
            failed.append({**about, "errors": [fault(139100, "The user has not written in the last 24 hours.")]})
            continue
        others = [c for c in number.blocked if c != customer.id]
        number.blocked = [*others, customer.id] if key == "added_users" else others
        done.append(about)
    world.changed()
    users = {key: done} | ({"failed_users": failed} if failed else {})
    return web.json_response({"messaging_product": "whatsapp", "block_users": users})


def _wrote_lately(world: World, number: Number, customer: Customer) -> bool:
    return world.window_open(number.id, customer.id)


# QR codes and the flows' key


@endpoint("setup")
async def qr_codes(request: web.Request) -> web.Response:
    return web.json_response(page(request, list(_number(request, "get").qr_codes.values())))


@endpoint("setup")
async def qr_code(request: web.Request) -> web.Response:
    row = _number(request, "get").qr_codes.get(request.match_info["code"])
    return web.json_response({"data": [row] if row else []})


@endpoint("setup")
async def make_qr_code(request: web.Request) -> web.Response:
    number, given = _number(request), await read_body(request)
    code = str(given.get("code") or secrets.token_hex(7).upper())
    words = str(given["prefilled_message"])
    row = {"code": code, "prefilled_message": words, "deep_link_url": f"https://wa.me/message/{code}"}
    if given.get("generate_qr_image"):
        row["qr_image_url"] = f"https://scontent.example/{new_id()}.{str(given['generate_qr_image']).lower()}"
    number.qr_codes[code] = row
    request.app[WORLD].changed()
    return web.json_response(row)


@endpoint("setup")
async def drop_qr_code(request: web.Request) -> web.Response:
    _number(request, "delete").qr_codes.pop(request.match_info["code"], None)
    request.app[WORLD].changed()
    return success()


@endpoint("setup")
async def public_key(request: web.Request) -> web.Response:
    key = _number(request, "get").public_key
    row = {"business_public_key": key, "business_public_key_signature_status": "VALID"}
    return web.json_response({"data": [row] if key else []})


@endpoint("setup")
async def set_public_key(request: web.Request) -> web.Response:
    number, given = _number(request), await read_body(request)
    key = str(given.get("business_public_key") or "")
    if not key.startswith("-----BEGIN PUBLIC KEY-----"):
        raise Refusal(100, "Param business_public_key must be a PEM public key.")
    number.public_key = key
    request.app[WORLD].changed()
    return success()
