"""Misbehaviour on request: which calls it hits, how often, and of what kind."""

from typing import Annotated, Any, Literal

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """One order to misbehave, as POST /_sandbox/faults takes it.

    `match` is a service name, or a path prefix when it begins with a slash; the first `after` matching calls pass
    unharmed, then `times` calls are hit (0 = until cleared). `seconds` belongs to `slow`; `status` and `retry_after`
    (seconds) to `status`; `records` and `remove` ({index in the page: {field path: value}} and {index: [field path]})
    to `rewrite`.
    """

    match: Annotated[str, msgspec.Meta(min_length=1)]
    kind: Literal["html_login", "truncated", "status", "empty", "slow", "rewrite"]
    times: Count = 1
    after: Count = 0
    status: Annotated[int, msgspec.Meta(ge=400, le=599)] = 503
    retry_after: Count | None = None
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    records: dict[str, dict[str, Any]] = {}
    remove: dict[str, list[str]] = {}
    seen: int = 0
    hits: int = 0

    def concerns(self, name: str, path: str) -> bool:
        """True when a call of this service or path is meant."""
        return path.startswith(self.match) if self.match.startswith("/") else name == self.match

    @property
    def is_spent(self) -> bool:
        """True when it has hit as often as it was told to."""
        return 0 < self.times <= self.hits


class Faults:
    """The orders in force, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def in_force(self) -> list[Fault]:
        """The orders that can still hit."""
        return [fault for fault in self._faults if not fault.is_spent]

    def add(self, body: bytes) -> Fault:
        """Takes an order as JSON; msgspec.DecodeError or ValidationError says what is wrong with it."""
        fault = msgspec.json.decode(body, type=Fault)
        fault.seen = fault.hits = 0
        if not all(index.isdigit() for index in (*fault.records, *fault.remove)):
            raise msgspec.ValidationError('the keys of records and remove are places in the page: "0", "1"...')
        self._faults.append(fault)
        return fault

    def clear(self) -> int:
        """Takes back every order; says how many were in force."""
        count = len(self.in_force())
        self._faults.clear()
        return count

    def take(self, name: str, path: str) -> Fault | None:
        """The fault that hits this call, if any; every order that concerns the call counts it."""
        hitting = None
        for fault in self.in_force():
            if fault.concerns(name, path):
                fault.seen += 1
                if hitting is None and fault.seen > fault.after:
                    fault.hits += 1
                    hitting = fault
        return hitting
