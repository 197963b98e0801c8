"""Ways to sign in (đăng nhập), a closed list: each knows how to ask for a token, or what every call carries instead."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import msgspec

from connectors.connection import Connection
from connectors.request import Request

LGSP_PARTS = ("AccessKey", "SecretKey", "AppName", "PartnerCode", "PartnerCodeCus")
"""What the header `lgspaccesstoken` is made of (province-and-ministries 3.1); all stand in the connection's extra."""


@dataclass(frozen=True)
class AuthSpec:
    """How a portal wants us to sign in.

    kind: see KINDS; `none`, `basic` and `username_token` (a SOAP header) ask for no token. path: where. token: the member of
    the answer that holds the token. client: how OAuth2 sends id and secret, `basic`, `form` or `json`. carry_body, carry_header:
    the member of each call's body, or the header, that carries the token (else a Bearer header). also_send:
    `lgspaccesstoken`, a header on every call, the sign-in included. lasts: seconds after which we renew the token unasked.
    """

    kind: str = "none"
    path: str = ""
    token: str = "access_token"
    client: str = "basic"
    carry_body: str = ""
    carry_header: str = ""
    also_send: str = ""
    lasts: float = 240.0

    @property
    def has_token(self) -> bool:
        """Whether calls carry a token that must be asked for first."""
        return self.kind in KINDS

    def sign_in(self, connection: Connection) -> Request:
        """The call that asks for a token."""
        return self.dress(KINDS[self.kind](self, connection), connection, token="")

    def dress(self, request: Request, connection: Connection, token: str) -> Request:
        """A call with its credentials."""
        if self.also_send:
            request = request.with_headers({self.also_send: _lgsp(connection)})
        if self.kind == "basic":
            return replace(request, basic=(connection.value("login"), connection.value("password")))
        if not token:
            return request
        if self.carry_body:
            return request.with_body({self.carry_body: token})
        return request.with_headers(
            {self.carry_header: token} if self.carry_header else {"Authorization": f"Bearer {token}"}
        )


def _with_json(spec: AuthSpec, connection: Connection) -> Request:
    """User and password as JSON: the national portal's session, getToken of newer iGate builds."""
    body = {"username": connection.value("login"), "password": connection.value("password")}
    return Request("POST", spec.path, body=body)


def _oauth2_password(spec: AuthSpec, connection: Connection) -> Request:
    """Keycloak's password grant with a public client (iGate 2)."""
    form = {
        "grant_type": "password",
        "client_id": connection.value("client_id"),
        "username": connection.value("login"),
        "password": connection.value("password"),
    }
    return Request("POST", spec.path, form=form)


def _oauth2_client_credentials(spec: AuthSpec, connection: Connection) -> Request:
    """Client id and secret as Basic (WSO2, Keycloak), in the form, or all of it as JSON (VNPT's gateway)."""
    order = {"grant_type": "client_credentials"}
    client = {name: connection.value(name) for name in ("client_id", "client_secret")}
    if spec.client == "json":
        return Request("POST", spec.path, body={**client, **order})
    if spec.client == "form":
        return Request("POST", spec.path, form={**order, **client})
    return Request("POST", spec.path, form=order, basic=(client["client_id"], client["client_secret"]))


KINDS: Mapping[str, Callable[[AuthSpec, Connection], Request]] = {
    "session_login": _with_json,
    "get_token": _with_json,
    "oauth2_password": _oauth2_password,
    "oauth2_client_credentials": _oauth2_client_credentials,
}


def _lgsp(connection: Connection) -> str:
    parts = {name: connection.value(name) for name in LGSP_PARTS}
    return base64.b64encode(msgspec.json.encode(parts)).decode()
