"""POST /v1/token: OAuth2 client credentials (RFC 6749, 4.4) for programs that speak it; the consumer's code and a key of it give a
token of ten minutes. Its refusals have that standard's form, which its clients read.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from gateway.access import chain
from gateway.access.keys import FORM as KEY
from gateway.access.keys import Consumer, KeyRefused, holder
from gateway.access.quotas import Limits, limits
from gateway.access.tokens import LASTS, sign
from gateway.serve.encoding import AS_TOLD
from gateway.serve.office import AnOffice, Office
from gateway.serve.problems import too_many_calls
from gateway.serve.shelf import AShelf
from gateway.serve.turns import Turns

router = APIRouter()
MOST = 4096
"""Bytes of a request that are read."""

FORM = "application/x-www-form-urlencoded"
UNKNOWN = "invalid_client"
WRONG = "no such code and key, or the key has expired or was revoked"


class Refused(Exception):
    """kind: of RFC 6749, 5.2."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(kind)
        self.kind, self.why = kind, why


@router.post("/v1/token")
async def token(request: Request, shelf: AShelf, office: AnOffice) -> Response:
    """A token, or why not."""
    try:
        code, key = _client(request, await _form(request))
        if office is None:
            raise Refused(UNKNOWN, "no key opens here")
        if not KEY.fullmatch(key):
            raise Refused(UNKNOWN, WRONG)
        async with office.a_lookup():
            consumer, known = await run_in_threadpool(_holder, shelf.engine, code, key)
        if seconds := office.calls.wait(known):
            raise too_many_calls(seconds)
        turns: Turns = request.app.state.turns
        async with turns.consumers(known.consumer_id):
            return await run_in_threadpool(_made, office, consumer)
    except Refused as refused:
        return _refusal(refused)


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST:
            raise Refused("invalid_request", "the body is too long")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refused("invalid_request", f"send {FORM}")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict")
    except ValueError:
        raise Refused("invalid_request", "the body is no form") from None
    if len(pairs) != len(dict(pairs)):
        raise Refused("invalid_request", "a parameter stands twice")
    return dict(pairs)


def _client(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """The consumer's code and its key, from the header or the form."""
    shown = request.headers.getlist("authorization")
    if form.get("grant_type") != "client_credentials":
        kind = "unsupported_grant_type" if form.get("grant_type") else "invalid_request"
        raise Refused(kind, "send grant_type=client_credentials")
    if len(shown) > 1 or (shown and "client_secret" in form):
        raise Refused("invalid_request", "show the key once, in the header or in the form")
    if shown:
        return _basic(shown[0])
    if not {"client_id", "client_secret"} <= set(form):
        raise Refused(UNKNOWN, "send client_id, the consumer's code, and client_secret, its key")
    return form["client_id"], form["client_secret"]


def _basic(header: str) -> tuple[str, str]:
    kind, _, said = header.partition(" ")
    try:
        code, colon, key = base64.b64decode(said.strip(), validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        kind, code, colon, key = "", "", "", ""
    if kind.lower() != "basic" or not colon:
        raise Refused(UNKNOWN, "the header is not Authorization: Basic, of code and key")
    return unquote_plus(code), unquote_plus(key)


def _made(office: Office, consumer: Consumer) -> Response:
    with office.engine.begin() as connection:
        act = chain.Act(f"consumer {consumer.code}", "token issued", consumer.code, {"key": consumer.prefix})
        chain.append(connection, office.secrets, act)
    said = {"access_token": sign(office.secrets, consumer.code, consumer.prefix), "token_type": "Bearer"}
    return _answer(200, {**said, "expires_in": int(LASTS.total_seconds())})


def _holder(engine: Engine, code: str, key: str) -> tuple[Consumer, Limits]:
    with engine.connect() as connection:
        try:
            consumer = holder(connection, key)
        except KeyRefused:
            consumer = None
        if consumer is None or consumer.code != code:
            raise Refused(UNKNOWN, WRONG)
        return consumer, limits(connection, code)


def _refusal(refused: Refused) -> Response:
    content = {"error": refused.kind, "error_description": refused.why}
    if refused.kind != UNKNOWN:
        return _answer(400, content)
    return _answer(401, content, {"WWW-Authenticate": 'Basic realm="gateway"'})


def _answer(status: int, content: Mapping[str, object], more: dict[str, str] | None = None) -> Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache", **AS_TOLD, **(more or {})}
    return Response(msgspec.json.encode(content), status, headers, "application/json")
