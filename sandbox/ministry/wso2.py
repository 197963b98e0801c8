"""The door of a provincial exchange platform (LGSP) built on WSO2: a token for client id and secret, good for a while."""

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from urllib.parse import parse_qsl

from sandbox.reply import Reply, json_reply
from sandbox.sessions import Sessions

TOKEN_PATH = "/token"
INVALID_CREDENTIALS = 900901


@dataclass(frozen=True, slots=True)
class Client:
    """Consumer key and consumer secret."""

    id: str
    secret: str


def token(sessions: Sessions, client: Client, body: bytes, authorization: str) -> Reply:
    """Grant `client_credentials`; the client stands in Basic, or in the form where there is no Basic."""
    form = dict(parse_qsl(body.decode("utf-8", "replace")))
    if form.get("grant_type") != "client_credentials":
        return _oauth_error(400, "unsupported_grant_type", "Unsupported grant_type value")
    given = _basic(authorization) or Client(form.get("client_id", ""), form.get("client_secret", ""))
    if given != client:
        return _oauth_error(401, "invalid_client", "Client Authentication failed.")
    return json_reply(
        {
            "access_token": sessions.open(),
            "scope": "am_application_scope default",
            "token_type": "Bearer",
            "expires_in": int(sessions.lifetime),
        }
    )


def is_bearer_good(sessions: Sessions, authorization: str) -> bool:
    """Whether a call carries a token that was given out and is not over."""
    kind, _, mark = authorization.partition(" ")
    return kind.lower() == "bearer" and sessions.is_valid(mark.strip())


def invalid_credentials() -> Reply:
    """The platform's 401 for a call without a good token."""
    fault = {
        "code": INVALID_CREDENTIALS,
        "message": "Invalid Credentials",
        "description": "Access failure. Make sure you have provided the correct security credentials",
    }
    return json_reply({"fault": fault}, 401, **{"WWW-Authenticate": 'OAuth2 realm="LGSP", error="invalid_token"'})


def _basic(authorization: str) -> Client | None:
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(encoded).decode("utf-8", "replace").partition(":")
    except Base64Error:
        return Client("", "")
    return Client(name, secret)


def _oauth_error(status: int, error: str, description: str) -> Reply:
    return json_reply({"error": error, "error_description": description}, status)
