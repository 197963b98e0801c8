"""Ways to sign in (đăng nhập), a closed list: each knows how to get a token and how a call carries it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.answer import AnswerRules
from connectors.connection import Connection
from connectors.decode import Envelope, envelope, value
from connectors.errors import FatalPortalError, SessionExpired, SignInRefused
from connectors.http import HttpClient, Request


@dataclass(frozen=True)
class AuthSpec:
    """How a portal wants us to sign in.

    kind: see KINDS. path: where. token: the member of the answer that holds the token. carry_body: the member of each
    call's JSON body that carries it (else a Bearer header). lasts: seconds after which we renew it unasked.
    """

    kind: str = "none"
    path: str = ""
    token: str = "access_token"
    carry_body: str = ""
    lasts: float = 240.0


def _session_login(spec: AuthSpec, connection: Connection) -> Request:
    """National portal: user and password as JSON, a session comes back."""
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
    """Client id and secret as Basic (WSO2, Keycloak)."""
    basic = (connection.value("client_id"), connection.value("client_secret"))
    return Request("POST", spec.path, form={"grant_type": "client_credentials"}, basic=basic)


KINDS: Mapping[str, Callable[[AuthSpec, Connection], Request]] = {
    "session_login": _session_login,
    "oauth2_password": _oauth2_password,
    "oauth2_client_credentials": _oauth2_client_credentials,
}


class SignedIn:
    """Sends calls with credentials. When the portal no longer knows us it signs in again once and repeats the call."""

    def __init__(self, client: HttpClient, spec: AuthSpec, rules: AnswerRules, every: Request) -> None:
        self.client, self.spec, self.rules, self.every = client, spec, rules, every
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at = 0.0

    def send(self, request: Request) -> tuple[bytes, Envelope]:
        """The body as received and its members, after the portal's success rules held."""
        token = self._sign_in(stale=None)
        try:
            return self._call(request, token)
        except SessionExpired:
            pass
        try:
            return self._call(request, self._sign_in(stale=token))
        except SessionExpired as error:
            raise SignInRefused(
                f"refused right after signing in: {error.what}",
                where=error.where or f"{request.method} {request.path}",
                do=f"check the credentials in connection {self.client.connection.connection_id}",
            ) from None

    def sign_in(self) -> None:
        """Sign in now, without asking for anything; raises as `send` does."""
        self._sign_in(stale=None)

    def _call(self, request: Request, token: str) -> tuple[bytes, Envelope]:
        body = self.client.send(self._carry(request, token)).body
        members = envelope(body)
        self.rules.check(members)
        return body, members

    def _carry(self, request: Request, token: str) -> Request:
        request = request.with_query(self.every.query).with_headers(self.every.headers)
        if request.body is not None and self.every.body:
            request = request.with_body(self.every.body)
        if not token:
            return request
        if self.spec.carry_body:
            return request.with_body({self.spec.carry_body: token})
        return request.with_headers({"Authorization": f"Bearer {token}"})

    def _sign_in(self, stale: str | None) -> str:
        """The token in force; a new one when there is none, it is old, or it is the `stale` one just refused."""
        if self.spec.kind == "none":
            return ""
        with self._lock:
            if self._token is None or self._token == stale or time.monotonic() > self._renew_at:
                self._token = self._fresh_token()
                self._renew_at = time.monotonic() + self.spec.lasts
            return self._token

    def _fresh_token(self) -> str:
        connection = self.client.connection
        request = KINDS[self.spec.kind](self.spec, connection)
        request = request.with_query(self.every.query).with_headers(self.every.headers)
        try:
            members = envelope(self.client.send(request).body)
            if request.form is None:
                self.rules.check(members)
        except (SessionExpired, FatalPortalError) as error:
            raise _refused(error.what, request, connection) from None
        token = value(members, self.spec.token)
        if not token:
            raise _refused(f"the answer has no {self.spec.token!r}", request, connection)
        return str(token)


def _refused(what: str, request: Request, connection: Connection) -> SignInRefused:
    return SignInRefused(
        f"signing in failed: {what}",
        where=f"POST {request.path}",
        do=f"check login and password of connection {connection.connection_id}",
    )
