"""Who may come in: a bearer token from /token (WSO2, client credentials as Basic), or a fixed key in `ApiKey`."""

from base64 import b64decode
from binascii import Error as Base64Error
from urllib.parse import parse_qs

from starlette.datastructures import Headers

from sandbox.reply import Reply, json_reply
from sandbox.sessions import Sessions

# Invented, and good for nothing else.
CLIENT = "sandbox-proxy-client"
SECRET = "sandbox-proxy-secret"
API_KEY = "sandbox-proxy-key"


def give_token(sessions: Sessions, body: bytes, authorization: str) -> Reply:
    """POST /token with grant_type=client_credentials; the id and the secret of the client come as Basic only."""
    if parse_qs(body.decode("utf-8", "replace")).get("grant_type") != ["client_credentials"]:
        return json_reply({"error": "unsupported_grant_type", "error_description": "Unsupported grant_type value"}, 400)
    if _basic(authorization) != f"{CLIENT}:{SECRET}":
        refusal = {"error": "invalid_client", "error_description": "Client Authentication failed."}
        return json_reply(refusal, 401, **{"WWW-Authenticate": "Basic realm=sandbox"})
    lifetime = int(sessions.lifetime)
    return json_reply(
        {"access_token": sessions.open(), "scope": "default", "token_type": "Bearer", "expires_in": lifetime}
    )


def refuse_strangers(sessions: Sessions, headers: Headers) -> Reply | None:
    """The 401 for a call with neither a good token nor the key; None when one of them is good."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    if headers.get("apikey") == API_KEY or (kind.lower() == "bearer" and sessions.is_valid(token.strip())):
        return None
    missing = not token and "apikey" not in headers
    code, message = ("900902", "Missing Credentials") if missing else ("900901", "Invalid Credentials")
    body = {"code": code, "message": message, "description": "Token hoặc ApiKey không hợp lệ hoặc đã hết hạn"}
    return json_reply(body, 401, **{"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _basic(authorization: str) -> str:
    kind, _, encoded = authorization.partition(" ")
    try:
        return b64decode(encoded).decode("utf-8", "replace") if kind.lower() == "basic" else ""
    except Base64Error:
        return ""
