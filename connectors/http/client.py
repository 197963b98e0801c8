"""The one way this gateway speaks HTTP: no redirects, nothing from the environment, bounded in bytes and in time.

Every rule here stands against something seen in the field: a redirected POST that became a GET elsewhere, a body cut
half-way that passed as complete, `200` with nothing in it, a Retry-After of six hours.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import requests
import tenacity

from connectors.body import Answer
from connectors.connection import Connection
from connectors.errors import OutsideHours, PortalError, RetriablePortalError, SessionExpired
from connectors.http.breakage import BREAKAGES, explained
from connectors.http.budget import Budget
from connectors.http.deadline import Watch
from connectors.http.framing import BrokenBody, read_body
from connectors.http.network import Network
from connectors.http.politeness import Limits, Pace
from connectors.http.statuses import RetryAfter, check_not_empty, check_status
from connectors.http.transport import as_sent, exchange, new_session
from connectors.request import Request

__all__ = ["Answer", "HttpClient", "Request", "RetryAfter"]


class HttpClient:
    """Sends requests to one portal for one run, politely.

    One session per thread; one pace and one budget of repeats for all of them. Raises WrongNetwork when the network's
    files or the connection's extra cannot be used.
    """

    def __init__(
        self,
        connection: Connection,
        limits: Limits,
        network: Network | None = None,
        tell: Callable[[PortalError], None] | None = None,
    ) -> None:
        """tell: what hears of every answer so bad that the call is made again."""
        self.connection, self.limits, self._tell = connection, limits, tell
        self.network = (network or Network()).for_connection(connection)
        self._pace = Pace(limits.rate)
        self._budget = Budget(limits.retries, limits.failures)
        self._local = threading.local()
        self._sessions: list[requests.Session] = []

    def send(self, request: Request) -> Answer:
        """One complete answer, or an error that says what to do.

        Busy and broken answers (429, 5xx, cut connections) are repeated `limits.attempts` times with growing waits;
        a request that is not `repeatable` is sent once, and raises OutcomeUnknown when it may have taken effect.
        Raises RetriablePortalError or FatalPortalError; OutsideHours and PortalAway before anything is sent.
        """
        self._budget.admit(request.name)
        try:
            answer = self._attempts(request)(self._send_once, request)
        except PortalError as error:
            self._budget.failed(error)
            raise
        self._budget.succeeded()
        return answer

    def close(self) -> None:
        """Hang up the connections kept alive. No call may be under way; a later one connects anew."""
        for session in self._sessions:
            session.close()

    def _attempts(self, request: Request) -> tenacity.Retrying:
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._worth_repeating),
            wait=self._wait,
            stop=tenacity.stop_after_attempt(self.limits.attempts if request.repeatable else 1),
            before_sleep=self._take_repeat,
            reraise=True,
        )

    def _worth_repeating(self, error: BaseException) -> bool:
        # A wait longer than the cap would stall the night: it ends this portal's part of the run instead.
        if isinstance(error, RetryAfter):
            return error.seconds <= self.limits.retry_after_cap
        return isinstance(error, RetriablePortalError) and not isinstance(error, SessionExpired | OutsideHours)

    def _take_repeat(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if self._tell and isinstance(error, PortalError):
            self._tell(error)
        self._budget.repeat(error)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RetryAfter):
            # Never less than asked; a little more, so that our threads do not all come back in the same instant.
            return error.seconds + random.uniform(0, 0.5)  # noqa: S311
        return tenacity.wait_exponential_jitter(multiplier=0.2, max=10)(state)

    def _send_once(self, request: Request) -> Answer:
        self._check_hours(request)
        self._pace.wait()
        with Watch(self.limits.total) as watch:
            try:
                with exchange(self._session(), self.connection.address, request, self.limits) as response:
                    answer = self._answer(request, response)
                if watch.expired:  # the end may be our own cut, taken by the library for the portal's
                    raise BrokenBody("out of time")
            except BREAKAGES as error:
                raise explained(request, error, self.limits, watch) from None
        return answer

    def _answer(self, request: Request, response: requests.Response) -> Answer:
        status, headers = response.status_code, response.headers
        check_status(request, status, headers)
        body = read_body(response, cap=self.limits.max_bytes, packed=request.packed)
        answer = Answer(status, headers, body, as_sent(response))
        check_not_empty(request, status, answer.size)
        return answer

    def _check_hours(self, request: Request) -> None:
        hours = self.limits.hours
        if hours is not None and not hours.hold(datetime.now(UTC)):
            raise OutsideHours(
                f"the portal may be called only at {hours} (Vietnamese time)",
                where=request.name,
                do="let the schedule start within that window, or agree on another one with the portal's operator",
            )

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = new_session(self.network)
            self._sessions.append(session)
        return session
