"""Calls over HTTP with credentials: signs in, renews a session once, and holds every answer against the portal's rules."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from uuid import uuid4

from connectors import xroad
from connectors.answer import AnswerRules
from connectors.auth import AuthSpec
from connectors.decode import envelope, value
from connectors.errors import (
    FatalPortalError,
    LoginPage,
    NothingThere,
    OutcomeUnknown,
    SessionExpired,
    SignInRefused,
)
from connectors.formats import Format, Opened, opened
from connectors.http.client import Answer, HttpClient
from connectors.http.politeness import Limits
from connectors.http.statuses import check_status
from connectors.pages import Received
from connectors.request import Request


class SignedIn:
    """Sends calls with credentials. When the portal no longer knows us it signs in again once and repeats the call."""

    def __init__(
        self,
        client: HttpClient,
        spec: AuthSpec,
        rules: AnswerRules,
        every: Request,
        through: xroad.Exchange | None = None,
    ) -> None:
        """through: the X-Road exchange between us and the portal, if there is one."""
        self.client, self.spec, self.rules, self.every, self.through = client, spec, rules, every, through
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    @property
    def limits(self) -> Limits:
        """What the portal bears."""
        return self.client.limits

    def call(self, request: Request, form: Format) -> Received:
        """The answer, opened, after the portal's success rules held."""
        token = self._sign_in(stale="")
        try:
            return self._attempt(request, form, token)
        except SessionExpired as error:
            _check_untouched(request, error)
        try:
            return self._attempt(request, form, self._sign_in(stale=token))
        except SessionExpired as error:
            raise SignInRefused(
                f"refused right after signing in: {error.what}",
                where=error.where or request.name,
                do=f"check the credentials in connection {self.client.connection.connection_id}",
            ) from None

    def sign_in(self) -> None:
        """Sign in now, without asking for anything; raises as `call` does."""
        self._sign_in(stale="")

    def _attempt(self, request: Request, form: Format, token: str) -> Received:
        dressed = self.spec.dress(self._with_every(request), self.client.connection, token)
        return read(self.exchange(dressed), form, self.rules)

    def exchange(self, request: Request) -> Answer:
        """Send a call that has its credentials; an HTTP status the contract speaks of means what it says."""
        if self.through:
            answer = _exchanged(self.client, self.through, request)
        else:
            answer = self.client.send(replace(request, accept_status=self.rules.statuses))
        if kind := self.rules.of_status(answer.status):
            raise kind(
                f"HTTP {answer.status}, of which the contract speaks",
                where=request.name,
                do="see what this status means in the portal's contract",
            )
        check_status(request, answer.status, answer.headers)
        return answer

    def _with_every(self, request: Request) -> Request:
        request = request.with_query(self.every.query).with_headers(self.every.headers)
        if isinstance(request.body, dict) and self.every.body:
            request = request.with_body(self.every.body)
        return request

    def _sign_in(self, stale: str) -> str:
        """The token in force; a new one when there is none, it is old, or it is the `stale` one just refused."""
        if not self.spec.has_token:
            return ""
        with self._lock:
            if not self._token or self._token == stale or time.monotonic() > self._renew_at:
                self._token = self._fresh_token()
                self._renew_at = time.monotonic() + self.spec.lasts
            return self._token

    def _fresh_token(self) -> str:
        connection = self.client.connection
        request = self.spec.sign_in(connection)
        request = request.with_query(self.every.query).with_headers(self.every.headers)
        try:
            answer = self.client.send(request)
            assert isinstance(answer.body, bytes)
            members = envelope(answer.body)
            if request.form is None:
                self.rules.check(members)
        except (SessionExpired, FatalPortalError, NothingThere) as error:
            raise _refused(error.what, request, connection.connection_id) from None
        token = value(members, self.spec.token)
        if not token:
            raise _refused(f"the answer has no {self.spec.token!r}", request, connection.connection_id)
        return str(token)


def _check_untouched(request: Request, error: SessionExpired) -> None:
    """Return when a call that was refused for its session may be sent again: nothing has come of it."""
    if isinstance(error, LoginPage) and not request.repeatable:
        raise OutcomeUnknown(
            f"{error.what}; the call may have taken effect",
            where=error.where or request.name,
            do="read back what the portal holds before sending it again",
        ) from None


def _exchanged(client: HttpClient, through: xroad.Exchange, request: Request) -> Answer:
    """Through X-Road: its own errors come with HTTP statuses of their own, so it must be asked before these are judged."""
    request_id = str(uuid4())
    asked = request.with_headers(xroad.rest_headers(through, request_id))
    answer = client.send(
        replace(asked, path=xroad.rest_path(through.service, request.path), accept_status=tuple(range(400, 600)))
    )
    sent = answer.sent
    assert sent is not None
    xroad.check(xroad.Sent(request_id, sent.body, sent.method, sent.target, sent.headers), answer)
    return answer


def read(answer: Answer, form: Format, rules: AnswerRules) -> Received:
    """Open an answer and hold it against the rules. Raises what the rules say, or BrokenAnswer."""
    if isinstance(answer.body, bytes):
        found = opened(answer.body, form)
        rules.check(found.members)
        records = list(found.records)
        return Received(answer.body, answer.headers, found.members, len(records), records)
    with answer.body.open() as source:
        return _counted(opened(source, form), answer, rules)


def _counted(found: Opened, answer: Answer, rules: AnswerRules) -> Received:
    """A streamed answer is read to its end, so that its members are known and its records counted; none is kept but the last."""
    count, last = 0, None
    for record in found.records:
        count, last = count + 1, record
    rules.check(found.members)
    return Received(answer.body, answer.headers, found.members, count, () if last is None else (last,))


def _refused(what: str, request: Request, connection_id: str) -> SignInRefused:
    return SignInRefused(
        f"signing in failed: {what}",
        where=request.name,
        do=f"check login and password of connection {connection_id}",
    )
