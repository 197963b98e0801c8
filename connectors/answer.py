"""Whether an answer means success, as the portal's contract says it: many portals answer 200 and put the error inside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.decode import Envelope, value
from connectors.errors import FatalPortalError, PortalError, RetriablePortalError, SessionExpired

_DIGITS = re.compile(r"\d{4,}")
"""Numbers in a portal's message may be a citizen's identity or telephone number."""

MEANINGS: Mapping[str, type[PortalError]] = {
    "sign_in_again": SessionExpired,
    "try_later": RetriablePortalError,
    "stop": FatalPortalError,
}


@dataclass(frozen=True)
class FailureRule:
    """When a member has one of these values (and, if given, a text contains this), the answer means `means`."""

    equals: Mapping[str, tuple[Any, ...]]
    means: str
    contains: Mapping[str, str] = field(default_factory=dict)

    def matches(self, members: Envelope) -> bool:
        """All conditions hold. Texts are compared without regard to case."""
        return all(_is_one_of(value(members, path), allowed) for path, allowed in self.equals.items()) and all(
            part.lower() in str(value(members, path) or "").lower() for path, part in self.contains.items()
        )


@dataclass(frozen=True)
class AnswerRules:
    """success: members and the values that mean success; failures: tried in order otherwise; message: where its text is."""

    success: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    failures: tuple[FailureRule, ...] = ()
    message: str = "message"

    def check(self, members: Envelope) -> None:
        """Return when the answer means success; raise what the first matching failure rule says, else FatalPortalError.

        Without a success rule everything is success that no failure rule matches.
        """
        if self.success and all(_is_one_of(value(members, path), allowed) for path, allowed in self.success.items()):
            return
        kind = next((MEANINGS[rule.means] for rule in self.failures if rule.matches(members)), None)
        if kind is None and not self.success:
            return
        codes = ", ".join(f"{path}={value(members, path)!r}" for path in self.success) or "a failure"
        text = _DIGITS.sub("…", str(value(members, self.message) or ""))[:120]
        raise (kind or FatalPortalError)(
            f"the portal answers {codes}: {text}", do="see what this means in the portal's contract"
        )


def _is_one_of(found: Any, allowed: tuple[Any, ...]) -> bool:
    """Equal and of the same type: in Python `False` equals 0, in a contract it does not."""
    return any(type(found) is type(each) and found == each for each in allowed)
