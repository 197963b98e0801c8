"""What a SOAP fault means: the service's own "no", with a code that says whether asking again can help."""

from __future__ import annotations

import re
from typing import Any

from connectors import xroad
from connectors.errors import FatalPortalError, PortalError, RetriablePortalError
from connectors.xml.plain import SOAP12

_DIGITS = re.compile(r"\d{4,}")
"""Numbers in a fault's text may be a citizen's identity or telephone number."""
_THEIRS = {"Server", "Receiver"}
"""Codes (SOAP 1.1, 1.2) by which a service says that the fault lies with itself, so that a later call may go well."""


class CallRefused(FatalPortalError):
    """The service does not accept the call as it was made (a fault of the Client's), and has done nothing for it."""


def fault(element: Any) -> PortalError:
    """The error a soap:Fault element stands for: its code, and its text shortened and without long numbers."""
    code, text = _parts(element)
    local = code.rpartition(":")[2][:80]
    return kind(local)(
        f"the service answers with a fault, {_DIGITS.sub('…', local) or 'without a code'}: {readable(text)}",
        do="see what this means in the portal's contract",
    )


def kind(code: str) -> type[PortalError]:
    """Whether to ask again. A dotted code comes from X-Road, which says more exactly what went wrong."""
    if "." in code:
        return xroad.kind(code)
    return RetriablePortalError if code in _THEIRS else CallRefused


def readable(text: str) -> str:
    """A portal's own words, fit for a log: one line, short, long numbers hidden."""
    return _DIGITS.sub("…", " ".join(text.split()))[:120]


def _parts(element: Any) -> tuple[str, str]:
    if element.tag.startswith(f"{{{SOAP12}}}"):
        names = {"e": SOAP12}
        code = element.findtext("e:Code/e:Value", "", names)
        return code.strip(), element.findtext("e:Reason/e:Text", "", names)
    return (element.findtext("{*}faultcode") or "").strip(), element.findtext("{*}faultstring") or ""
