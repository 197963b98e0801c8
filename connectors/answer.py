"""Whether an answer means success, as the portal's contract says it: many portals answer 200 and put the error inside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.decode import Envelope, value
from connectors.errors import (
    FatalPortalError,
    NothingThere,
    PortalError,
    RecordAbsent,
    RecordExists,
    RecordRefused,
    RetriablePortalError,
    SessionExpired,
)

_DIGITS = re.compile(r"\d{4,}")
"""Numbers in a portal's message may be a citizen's identity or telephone number."""

MEANINGS: Mapping[str, type[PortalError]] = {
    "sign_in_again": SessionExpired,
    "try_later": RetriablePortalError,
    "stop": FatalPortalError,
    "reject_record": RecordRefused,
    "exists": RecordExists,
    "absent": RecordAbsent,
    "nothing": NothingThere,
}
"""What a failure can mean. `reject_record` is said of one record and belongs to streams that ask record by record, and to what
is sent; `exists` and `absent` only to what is sent. `nothing` is no failure: there is nothing to send."""


@dataclass(frozen=True)
class FailureRule:
    """When a member has one of these values (and, if given, a text contains this), the answer means `means`.

    status: HTTP statuses the rule speaks of; without any it speaks of answers with 200.
    """

    equals: Mapping[str, tuple[Any, ...]]
    means: str
    contains: Mapping[str, str] = field(default_factory=dict)
    status: tuple[int, ...] = ()

    def matches(self, members: Envelope) -> bool:
        """All conditions on members hold. Texts are compared without regard to case."""
        return all(_is_one_of(value(members, path), allowed) for path, allowed in self.equals.items()) and all(
            part.lower() in str(value(members, path) or "").lower() for path, part in self.contains.items()
        )


@dataclass(frozen=True)
class AnswerRules:
    """success: members and the values that mean success; failures: tried in order otherwise; message: where its text is.

    otherwise: what an answer is that none of them matches.
    """

    success: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    failures: tuple[FailureRule, ...] = ()
    message: str = "message"
    otherwise: type[PortalError] = FatalPortalError

    def check(self, members: Envelope) -> None:
        """Return when the answer means success; raise what the first matching failure rule says, else `otherwise`.

        Without a success rule everything is success that no failure rule matches. A rule that means `nothing` is asked first:
        an answer may well be a success that says there is nothing (`data: null`).
        """
        if any(rule.means == "nothing" and not rule.status and rule.matches(members) for rule in self.failures):
            raise NothingThere("the portal answers that there is nothing")
        if self.success and all(_is_one_of(value(members, path), allowed) for path, allowed in self.success.items()):
            return
        kind = next((MEANINGS[rule.means] for rule in self.failures if not rule.status and rule.matches(members)), None)
        if kind is None and not self.success:
            return
        raise (kind or self.otherwise)(
            f"the portal answers {self._said(members)}", do="see what this means in the portal's contract"
        )

    @property
    def statuses(self) -> tuple[int, ...]:
        """The HTTP statuses the contract speaks of."""
        return tuple(status for rule in self.failures for status in rule.status)

    def of_status(self, status: int) -> type[PortalError] | None:
        """What the contract says an HTTP status means, if it says anything."""
        return next((MEANINGS[rule.means] for rule in self.failures if status in rule.status), None)

    def _said(self, members: Envelope) -> str:
        paths = list(self.success) or list(dict.fromkeys(path for rule in self.failures for path in rule.equals))
        codes = ", ".join(f"{path}={value(members, path)!r}" for path in paths) or "a failure"
        return f"{codes}: {_DIGITS.sub('…', str(value(members, self.message) or ''))[:120]}"


def _is_one_of(found: Any, allowed: tuple[Any, ...]) -> bool:
    """Equal and of the same type: in Python `False` equals 0, in a contract it does not."""
    return any(type(found) is type(each) and found == each for each in allowed)
