"""How a caller says who it is, for the OpenAPI document: a key, or the token that a key gives (RFC 6749)."""

from __future__ import annotations

from typing import Any

from gateway.serve.encoding import JSON, PROBLEM
from gateway.serve.operations import ALWAYS, REFUSALS, reference

SCHEMES: dict[str, Any] = {
    "key": {"type": "http", "scheme": "bearer", "description": "A consumer's key, gw_…; open sets need none."},
    "oauth2": {
        "type": "oauth2",
        "description": "A token of ten minutes, for the consumer's code and its key.",
        "flows": {"clientCredentials": {"tokenUrl": "/v1/token", "scopes": {}}},
    },
}
"""The security schemes."""


def _whole(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _refused(description: str, *kinds: str) -> dict[str, Any]:
    said = _whole(error={"enum": list(kinds)}, error_description={"type": "string"})
    return {"description": description, "content": {JSON: {"schema": said}}}


def _problem(status: int) -> dict[str, Any]:
    return {"description": REFUSALS[status], "content": {PROBLEM: {"schema": reference("Problem")}}}


_TEXT = {"type": "string"}
_FORM = {
    "type": "object",
    "properties": {"grant_type": {"const": "client_credentials"}, "client_id": _TEXT, "client_secret": _TEXT},
    "required": ["grant_type"],
}
_ANSWER = _whole(access_token=_TEXT, token_type={"const": "Bearer"}, expires_in={"type": "integer"})
TOKEN: dict[str, Any] = {
    "post": {
        "summary": "A token for a consumer's code and its key (OAuth2 client credentials)",
        "operationId": "token",
        "security": [{}],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": _FORM}}},
        "responses": {
            "200": {"description": "The token.", "content": {JSON: {"schema": _ANSWER}}},
            "400": _refused("The request is not of its form.", "invalid_request", "unsupported_grant_type"),
            "401": _refused("Code and key open nothing.", "invalid_client"),
            **{str(status): _problem(status) for status in (429, *ALWAYS)},
        },
    }
}
"""The operation of /v1/token. Code and key may come in the form, or as Authorization: Basic."""
