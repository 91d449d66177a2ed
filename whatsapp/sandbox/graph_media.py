"""Media: upload, metadata with a five-minute address, download, delete; and resumable uploads for sample files."""

import secrets

from aiohttp import web

from whatsapp.sandbox.graph import MEDIA, VERSION, WORLD, base_url, caller, endpoint, success
from whatsapp.sandbox.media import check_upload
from whatsapp.sandbox.records import Account, Media
from whatsapp.sandbox.refusals import Refusal, no_such_node


def routes() -> list[web.RouteDef]:
    return [
        web.post(VERSION + "/{node}/media", upload),
        web.get("/whatsapp_business/attachments/", download, allow_head=False),
        web.post(VERSION + "/{app_id}/uploads", begin_upload),
    ]


@endpoint("media")
async def upload(request: web.Request) -> web.Response:
    """Multipart with messaging_product, file, type → {"id"}."""
    number = request.app[WORLD].number_for(caller(request), request.match_info["node"], "post")
    if request.content_type != "multipart/form-data":
        raise Refusal(100, "The parameter file is required.")
    form = await request.post()
    if form.get("messaging_product") != "whatsapp":
        raise Refusal(100, "The parameter messaging_product is required.")
    file = form.get("file")
    if not isinstance(file, web.FileField):
        raise Refusal(100, "The parameter file is required.")
    content = file.file.read()
    mime_type = _type(file.content_type, str(form.get("type") or ""))
    check_upload(mime_type, len(content))
    return web.json_response({"id": request.app[MEDIA].add(number.id, content, mime_type, file.filename).id})


def _type(of_part: str, stated: str) -> str:
    """The part's own type counts; `type` where the part has none (clients write application/octet-stream then)."""
    return of_part if of_part not in ("", "application/octet-stream") else stated or of_part


def media_for(request: web.Request, account: Account, media_id: str, method: str = "get") -> Media:
    """A living file of one of this account's numbers. Raises Refusal 100/33."""
    media = request.app[MEDIA].get(media_id)
    owner = request.app[WORLD].numbers.get(media.number_id) if media else None
    asked = request.query.get("phone_number_id")
    if owner is None or owner.account_id != account.id or (asked and asked != owner.id):
        raise no_such_node(media_id, method)
    return media


def describe(request: web.Request, media: Media) -> web.Response:
    store = request.app[MEDIA]
    return web.json_response(
        {
            "messaging_product": "whatsapp",
            "url": store.url(media, base_url(request)),
            "mime_type": media.mime_type,
            "sha256": media.sha256,
            "file_size": media.size,
            "id": media.id,
        }
    )


def drop(request: web.Request, media: Media) -> web.Response:
    request.app[MEDIA].drop(media)
    return success()


@endpoint("download")
async def download(request: web.Request) -> web.Response:
    """The bytes, for the owner's token, while the address lives; 401 without token, 404 afterwards."""
    store, query = request.app[MEDIA], request.query
    try:
        account = caller(request)
    except Refusal:
        return web.Response(status=401)
    if not store.opens(query.get("mid", ""), query.get("ext", ""), query.get("hash", "")):
        return web.Response(status=404)
    try:
        media = media_for(request, account, query["mid"])
    except Refusal:
        return web.Response(status=404)
    return web.Response(body=store.read(media), headers={"Content-Type": media.mime_type})


# Resumable upload (10.4): handles for template samples and profile pictures


@endpoint("media")
async def begin_upload(request: web.Request) -> web.Response:
    account = caller(request)
    if request.match_info["app_id"] not in (account.app_id, "app"):
        raise no_such_node(request.match_info["app_id"], "post")
    session = "upload:" + secrets.token_urlsafe(18)
    length = request.query.get("file_length", "0")
    request.app[WORLD].uploads[session] = {"offset": 0, "length": int(length) if length.isdigit() else 0}
    return web.json_response({"id": session})


async def continue_upload(request: web.Request, session: str) -> web.Response:
    upload = request.app[WORLD].uploads[session]
    upload["offset"] += len(await request.read())
    return web.json_response({"h": "4::" + secrets.token_urlsafe(24)})


def upload_state(request: web.Request, session: str) -> web.Response:
    return web.json_response({"id": session, "file_offset": request.app[WORLD].uploads[session]["offset"]})
