"""The one way this gateway speaks HTTP: no redirects, nothing from the environment, bounded in bytes and in time.

Every rule here stands against something seen in the field: a redirected POST that became a GET elsewhere, a body cut
half-way that passed as complete, `200` with nothing in it, a Retry-After of six hours.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
import tenacity
import urllib3
from requests.adapters import HTTPAdapter

from connectors.connection import Connection
from connectors.deadline import POOLS, Watch
from connectors.errors import FatalPortalError, PortalAway, RetriablePortalError, SessionExpired
from connectors.politeness import Limits, Pace


@dataclass(frozen=True)
class Request:
    """One call, before credentials are added. `path` is relative to the portal's address; `body` is sent as JSON, `form` as a form."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    basic: tuple[str, str] | None = None

    def with_query(self, more: Mapping[str, str]) -> Request:
        """The same call with more query parameters."""
        return replace(self, query={**self.query, **more})

    def with_headers(self, more: Mapping[str, str]) -> Request:
        """The same call with more headers."""
        return replace(self, headers={**self.headers, **more})

    def with_body(self, more: Mapping[str, Any]) -> Request:
        """The same call with more members in its JSON body."""
        return replace(self, body={**(self.body or {}), **more})


@dataclass(frozen=True)
class Answer:
    """A complete answer: status, headers, and the body exactly as received."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class RetryAfter(RetriablePortalError):
    """The portal asks us to come back later; `seconds` is what it asked for."""

    seconds: float = 0.0


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Where requests makes its connection pools."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS


class HttpClient:
    """Sends requests to one portal, politely. One session per thread, one pace for all of them."""

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self.connection, self.limits = connection, limits
        self._pace = Pace(limits.rate)
        self._local = threading.local()

    def send(self, request: Request) -> Answer:
        """One complete answer, or an error that says what to do.

        Busy and broken answers (429, 5xx, cut connections) are repeated `limits.attempts` times with growing waits,
        so use it for calls that may be repeated. Raises RetriablePortalError or FatalPortalError.
        """
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._worth_repeating),
            wait=self._wait,
            stop=tenacity.stop_after_attempt(self.limits.attempts),
            reraise=True,
        )
        return attempts(self._send_once, request)

    def _worth_repeating(self, error: BaseException) -> bool:
        # A wait longer than the cap would stall the night: it ends this portal's part of the run instead.
        if isinstance(error, RetryAfter):
            return error.seconds <= self.limits.retry_after_cap
        return isinstance(error, RetriablePortalError) and not isinstance(error, SessionExpired)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RetryAfter):
            return error.seconds
        return tenacity.wait_exponential_jitter(multiplier=0.2, max=10)(state)

    def _send_once(self, request: Request) -> Answer:
        self._pace.wait()
        with Watch(self.limits.total) as watch:
            try:
                answer = self._exchange(request)
            # The body is read from urllib3 itself, whose errors requests does not wrap.
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, _BodyError) as error:
                raise _broken(request, error, self.limits, watch.expired) from None
        _check_status(request, answer)
        return answer

    def _exchange(self, request: Request) -> Answer:
        session = self._session()
        response = session.send(
            session.prepare_request(_prepared(self.connection.address, request)),
            stream=True,
            allow_redirects=False,
            timeout=(self.limits.connect, self.limits.read),
            verify=self.connection.extra.get("ca_bundle", True),
        )
        with response:
            return Answer(response.status_code, response.headers, _read(response, self.limits.max_bytes))

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Adapter(max_retries=0, pool_maxsize=1, pool_block=True))
        return session


class _BodyError(Exception):
    """The body did not arrive as the headers promised."""


def _prepared(address: str, request: Request) -> requests.Request:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", **request.headers}
    data: Any = request.form
    if request.body is not None:
        data = msgspec.json.encode(request.body)
        headers["Content-Type"] = "application/json; charset=utf-8"
    return requests.Request(
        request.method,
        address + request.path,
        params=dict(request.query),
        headers=headers,
        data=data,
        auth=request.basic,
    )


def _read(response: requests.Response, cap: int) -> bytes:
    """The whole body. urllib3 itself raises when fewer bytes come than Content-Length promised."""
    body: bytes = response.raw.read(cap + 1, decode_content=False)
    if len(body) > cap:
        raise _BodyError(f"more than {cap} bytes")
    promised = response.headers.get("Content-Length", "")
    if promised.isdecimal() and int(promised) != len(body) and response.request.method != "HEAD":
        raise _BodyError(f"{promised} bytes were promised, {len(body)} came")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise _BodyError("a compressed body, which was not asked for")
    return body


def _broken(request: Request, error: Exception, limits: Limits, expired: bool) -> RetriablePortalError:
    if expired:
        what = f"no complete answer within {limits.total:g} s"
    elif isinstance(error, requests.ConnectTimeout):
        what = f"no connection within {limits.connect:g} s"
    elif isinstance(error, requests.ReadTimeout | urllib3.exceptions.ReadTimeoutError):
        what = f"silent for {limits.read:g} s"
    elif "IncompleteRead" in repr(error) or isinstance(error, _BodyError):
        what = f"the answer was cut or does not have its promised length ({_reason(error)})"
    else:
        what = f"the connection failed ({_reason(error)})"
    away = isinstance(error, requests.ConnectionError) and not isinstance(error, requests.Timeout) and not expired
    kind = PortalAway if away or isinstance(error, requests.ConnectTimeout) else RetriablePortalError
    return kind(what, where=_name(request), do="try again later; if it stays, ask the portal's operator")


def _reason(error: BaseException) -> str:
    """The innermost cause by name: library messages may quote payload or URLs with tokens."""
    inner = error.__cause__ or error.__context__
    if isinstance(error, _BodyError):
        return str(error)
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason or inner or error).__name__


def _name(request: Request) -> str:
    return f"{request.method} {request.path}"


def _check_status(request: Request, answer: Answer) -> None:
    status = answer.status
    if status == 429 or (status == 503 and "Retry-After" in answer.headers):
        raise _retry_after(request, answer)
    if status >= 500 or status == 408:
        raise RetriablePortalError(
            f"HTTP {status}", where=_name(request), do="try again later; the portal reports a fault of its own"
        )
    if 300 <= status < 400:
        target = urlsplit(answer.headers.get("Location", "")).path or "elsewhere"
        raise FatalPortalError(
            f"HTTP {status}: the portal sends us to {target}, and redirects are never followed",
            where=_name(request),
            do="correct the address of the connection or the path in the mapping",
        )
    if status >= 400:
        raise _refused(request, status)
    if not answer.body:
        raise RetriablePortalError(f"HTTP {status} with an empty body", where=_name(request), do="try again later")


def _refused(request: Request, status: int) -> SessionExpired | FatalPortalError:
    if status == 401:
        return SessionExpired("HTTP 401: not signed in", where=_name(request), do="check the credentials")
    return FatalPortalError(
        f"HTTP {status}: the portal refuses the call",
        where=_name(request),
        do="compare the path and parameters in the mapping with the portal's contract, and our rights there",
    )


def _retry_after(request: Request, answer: Answer) -> RetryAfter:
    asked = _seconds(answer.headers.get("Retry-After", ""), answer.headers.get("Date", ""))
    error = RetryAfter(
        f"HTTP {answer.status}: the portal asks us to wait {asked:g} s",
        where=_name(request),
        do="run again after that time; lower the rate in the portal's limits if it stays",
    )
    error.seconds = asked
    return error


def _seconds(text: str, date: str) -> float:
    """Retry-After in either form (seconds, or an HTTP date measured against the portal's own Date header)."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds())
    except (TypeError, ValueError):
        return 1.0
