"""What an HTTP status means, and how long a busy portal asks us to wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from connectors.errors import FatalPortalError, OutcomeUnknown, PortalAway, RetriablePortalError, SessionExpired
from connectors.request import Request


class RetryAfter(PortalAway):
    """The portal asks us to come back later; `seconds` is what it asked for. Other calls would meet the same."""

    seconds: float = 0.0


def check_status(request: Request, status: int, headers: Mapping[str, str]) -> None:
    """Return when the body is worth reading: a success, or a status the caller judges itself; else raise."""
    if 300 <= status < 400:
        raise _redirected(request, status, headers)
    if status in request.accept_status or 200 <= status < 300:
        return
    if status == 429 or (status == 503 and "Retry-After" in headers):
        raise _retry_after(request, status, headers)
    if status >= 500 or status == 408:
        raise _fault(request, status)
    raise _refused(request, status)


def check_not_empty(request: Request, status: int, size: int) -> None:
    """A success with nothing in it is a broken answer, unless the caller expects it."""
    if size == 0 and status not in request.accept_status:
        kind = RetriablePortalError if request.repeatable else OutcomeUnknown
        raise kind(f"HTTP {status} with an empty body", where=request.name, do="try again later")


def _fault(request: Request, status: int) -> RetriablePortalError:
    if not request.repeatable:
        return OutcomeUnknown(
            f"HTTP {status}: the portal may have acted before its fault",
            where=request.name,
            do="read back what the portal holds before sending it again",
        )
    return RetriablePortalError(
        f"HTTP {status}", where=request.name, do="try again later; the portal reports a fault of its own"
    )


def _refused(request: Request, status: int) -> SessionExpired | FatalPortalError:
    if status == 401:
        return SessionExpired("HTTP 401: not signed in", where=request.name, do="check the credentials")
    return FatalPortalError(
        f"HTTP {status}: the portal refuses the call",
        where=request.name,
        do="compare the path and parameters in the mapping with the portal's contract, and our rights there",
    )


def _redirected(request: Request, status: int, headers: Mapping[str, str]) -> FatalPortalError:
    # Only the path: the query may hold a token, the host may be a lure.
    try:
        target = urlsplit(headers.get("Location", "")).path
    except ValueError:
        target = ""
    return FatalPortalError(
        f"HTTP {status}: the portal sends us to {target[:200] or 'elsewhere'}, and redirects are never followed",
        where=request.name,
        do="correct the address of the connection or the path in the mapping",
    )


def _retry_after(request: Request, status: int, headers: Mapping[str, str]) -> RetryAfter:
    asked = seconds_asked(headers.get("Retry-After", ""), headers.get("Date", ""))
    error = RetryAfter(
        f"HTTP {status}: the portal asks us to wait {asked:g} s",
        where=request.name,
        do="run again after that time; lower the rate in the portal's limits if it stays",
    )
    error.seconds = asked
    return error


def seconds_asked(text: str, date: str) -> float:
    """Retry-After in either form: seconds, or an HTTP date measured against the portal's own Date header (else our clock).

    What cannot be read counts as one second.
    """
    if text.strip().isdecimal():
        return float(text)
    until, now = _instant(text), _instant(date) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds()) if until else 1.0


def _instant(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
