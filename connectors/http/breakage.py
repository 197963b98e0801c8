"""What the libraries raise when a call breaks, turned into our own errors.

Their messages may quote payload, or addresses with tokens in them: only names of causes and numbers are taken over.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from http.client import HTTPException, IncompleteRead

import requests
import urllib3

from connectors.errors import FatalPortalError, OutcomeUnknown, PortalAway, PortalError, RetriablePortalError
from connectors.http import tls
from connectors.http.deadline import Watch
from connectors.http.framing import BrokenBody, TooBig, Unasked
from connectors.http.politeness import Limits
from connectors.request import Request

# The body is read from urllib3 itself, whose errors requests does not wrap.
BREAKAGES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError, BrokenBody)
_LATER = "try again later; if it stays, ask the portal's operator"
_READ_BACK = "read back what the portal holds before sending it again"


def explained(request: Request, error: BaseException, limits: Limits, watch: Watch) -> PortalError:
    """Our error for one of BREAKAGES."""
    final = None if watch.expired else _final(request, error, watch.sent)
    if final is not None and not (isinstance(error, TooBig) and not request.repeatable):
        return final
    what = _what(error, limits, watch)
    if watch.sent and not request.repeatable:
        return OutcomeUnknown(f"{what}; the call may have taken effect", where=request.name, do=_READ_BACK)
    kind = PortalAway if _is_away(error, watch) else RetriablePortalError
    return kind(what, where=request.name, do=_LATER)


def _final(request: Request, error: BaseException, sent: bool) -> FatalPortalError | None:
    """The error when asking again cannot help."""
    refusal = tls.refusal(_causes(error))
    if refusal is not None:
        what, do = refusal.what, refusal.do
    elif isinstance(error, TooBig):
        what = f"the answer is too big ({error})"
        do = "ask for smaller pages, or raise max_bytes in the portal's limits"
    elif any(isinstance(each, OSError) and each.errno == errno.EADDRNOTAVAIL for each in _causes(error)):
        what, do = "this machine does not have that source address", "correct source_address in the network settings"
    elif _is_unwritable(error, sent):
        what = f"the call cannot be written ({type(error).__name__})"
        do = "correct its headers, path and credentials: headers take Latin letters on one line only"
    else:
        return None
    return FatalPortalError(what, where=request.name, do=do)


def _is_unwritable(error: BaseException, sent: bool) -> bool:
    """The library refused to write the call: headers are encoded after the connection stands, but before a byte leaves."""
    early = isinstance(error, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL) and not sent
    return early or isinstance(error, UnicodeError)


def _what(error: BaseException, limits: Limits, watch: Watch) -> str:
    if watch.expired:
        return f"no complete answer within {limits.total:g} s"
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy does not let us through ({_reason(error)})"
    if isinstance(error, requests.Timeout | urllib3.exceptions.ReadTimeoutError):
        return f"silent for {limits.read:g} s" if watch.sent else f"no connection within {limits.connect:g} s"
    if isinstance(error, requests.exceptions.InvalidHeader):
        return "the answer's headers contradict each other (two Content-Lengths)"
    if isinstance(error, Unasked):
        return f"the answer is refused: {error}"
    if _is_garbage(error):
        return f"the answer is not proper HTTP ({_reason(error)})"
    if isinstance(error, BrokenBody) or "IncompleteRead" in repr(error):
        return f"the answer was cut or does not have its promised length ({_reason(error)})"
    return f"the connection failed ({_reason(error)})"


def _is_away(error: BaseException, watch: Watch) -> bool:
    """No connection came about, or it was lost before an answer began."""
    lost = isinstance(error, requests.ConnectionError) and not isinstance(error, requests.Timeout)
    lost = lost and not _is_garbage(error)
    return not watch.sent or (lost and not watch.expired)


def _is_garbage(error: BaseException) -> bool:
    """Something answered, but not as HTTP says. A connection that ends without a word counts as lost, not as this."""
    return any(
        isinstance(each, HTTPException) and not isinstance(each, ConnectionError | IncompleteRead)
        for each in _causes(error)
    )


def _reason(error: BaseException) -> str:
    """The innermost cause by name."""
    if isinstance(error, BrokenBody):
        return str(error)
    return type(list(_causes(error))[-1]).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all it was made from, outermost first; the libraries hang them in four different places."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
        waiting.extend(cause for cause in inner if isinstance(cause, BaseException))
