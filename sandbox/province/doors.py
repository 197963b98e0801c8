"""The two doors of the one-stop portal: the Keycloak token address and the newer getToken."""

from base64 import b64decode
from binascii import Error as Base64Error
from urllib.parse import parse_qsl

import msgspec

from sandbox.credentials import PROVINCE_CLIENT, PROVINCE_PASSWORD, PROVINCE_SECRET, PROVINCE_USERNAME
from sandbox.reply import Reply, json_reply
from sandbox.sessions import Sessions

Form = dict[str, str]


class UserLogin(msgspec.Struct):
    """The body of getToken."""

    username: str = ""
    password: str = ""


def keycloak_token(sessions: Sessions, body: bytes, authorization: str) -> Reply:
    """Grants `password` (public client) and `client_credentials` (Basic, or secret in the form)."""
    form = dict(parse_qsl(body.decode("utf-8", "replace")))
    grants = {"password": _grant_password, "client_credentials": _grant_client}
    grant = grants.get(form.get("grant_type", ""))
    if grant is None:
        return _oauth_error(400, "unsupported_grant_type", "Unsupported grant_type")
    return grant(form, authorization) or json_reply(
        {
            "access_token": sessions.open(),
            "expires_in": int(sessions.lifetime),
            "refresh_expires_in": 0,
            "token_type": "Bearer",
            "not-before-policy": 0,
            "scope": "profile email",
        }
    )


def get_token(sessions: Sessions, body: bytes) -> Reply:
    """POST /pa/v2/getToken: the token comes as accessToken, in camel case."""
    try:
        login = msgspec.json.decode(body, type=UserLogin)
    except msgspec.DecodeError:
        return portal_error(400, "Bad Request", "body is not JSON")
    if (login.username, login.password) != (PROVINCE_USERNAME, PROVINCE_PASSWORD):
        return portal_error(401, "Unauthorized", "Sai tên đăng nhập hoặc mật khẩu")
    return json_reply({"accessToken": sessions.open(), "expiresIn": int(sessions.lifetime), "tokenType": "Bearer"})


def refuse_without_token(sessions: Sessions, authorization: str) -> Reply | None:
    """The 401 for a call without a good bearer token; None when the token is good."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() == "bearer" and sessions.is_valid(token.strip()):
        return None
    body = {"error": "invalid_token", "error_description": "Token không hợp lệ hoặc đã hết hạn"}
    return json_reply(body, 401, **{"WWW-Authenticate": 'Bearer error="invalid_token"'})


def portal_error(status: int, title: str, errors: str) -> Reply:
    """An error as iGate writes it: title, one string of errors, status."""
    return json_reply({"title": title, "errors": errors, "status": status}, status)


def _grant_password(form: Form, _: str) -> Reply | None:
    if form.get("client_id") != PROVINCE_CLIENT or form.get("client_secret", PROVINCE_SECRET) != PROVINCE_SECRET:
        return _oauth_error(401, "invalid_client", "Invalid client or Invalid client credentials")
    if (form.get("username"), form.get("password")) != (PROVINCE_USERNAME, PROVINCE_PASSWORD):
        return _oauth_error(401, "invalid_grant", "Invalid user credentials")
    return None


def _grant_client(form: Form, authorization: str) -> Reply | None:
    given = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
    if given != (PROVINCE_CLIENT, PROVINCE_SECRET):
        return _oauth_error(401, "unauthorized_client", "Invalid client or Invalid client credentials")
    return None


def _basic(authorization: str) -> tuple[str, str] | None:
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client, _, secret = b64decode(encoded).decode("utf-8", "replace").partition(":")
    except Base64Error:
        return "", ""
    return client, secret


def _oauth_error(status: int, error: str, description: str) -> Reply:
    return json_reply({"error": error, "error_description": description}, status)
