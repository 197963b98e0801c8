"""Answers in JSON, compressed as the caller can read them: zstd, else gzip (RFC 9110, Accept-Encoding)."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import msgspec
import zstandard
from fastapi import Request, Response

from gateway.serve.accepted import weights
from gateway.serve.problems import Refusal

JSON = "application/json"
PROBLEM = "application/problem+json"
PRIVATE = {"Cache-Control": "private, no-store"}
"""Of what is not for anyone."""

AS_TOLD = {"X-Content-Type-Options": "nosniff"}
"""Of every answer: a browser takes it for the type that it says, and for no other."""

SHORTEST = 500
"""Bytes below which compressing costs more than it saves."""

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def answer(request: Request, content: object, *, is_private: bool = False) -> Response:
    """200 and the content. is_private: for this caller alone, to be kept by nobody on the way."""
    return packed(request, _ENCODER.encode(content), 200, JSON, PRIVATE if is_private else {})


def problem(request: Request, refusal: Refusal) -> Response:
    """The refusal as a problem document."""
    body = _ENCODER.encode(refusal.content())
    return packed(request, body, refusal.status, PROBLEM, refusal.headers)


def packed(request: Request, body: bytes, status: int, media_type: str, more: Mapping[str, str]) -> Response:
    """A body, compressed as the caller can read it, with `more` headers."""
    headers = {"Vary": "Accept-Encoding", "Cache-Control": "no-cache", **AS_TOLD, **more}
    name = chosen(request.headers.get("accept-encoding", "")) if len(body) >= SHORTEST else ""
    if name:
        headers["Content-Encoding"] = name
        body = zstandard.compress(body, 3) if name == "zstd" else gzip.compress(body, 5, mtime=0)
    return Response(body, status, headers, media_type)


def chosen(accepted: str) -> str:
    """The best of `zstd` and `gzip` that an Accept-Encoding allows; "" for neither. q=0 forbids, `*` stands for the unnamed."""
    found = weights(accepted)
    best = max(("zstd", "gzip"), key=lambda name: found.get(name, found.get("*", 0.0)))
    return best if found.get(best, found.get("*", 0.0)) > 0 else ""
