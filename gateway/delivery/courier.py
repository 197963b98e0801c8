"""courier: rows go to the portal, several in one call where it takes several; a refusal of many is narrowed down to the one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Row

from connectors.errors import PortalAway, PortalError
from connectors.pages import Caller, in_order
from connectors.request import Request
from gateway.delivery.journal import Journal, Rows
from gateway.delivery.outcome import ACCEPTED, Outcome, of_error
from gateway.delivery.sealed import opened
from gateway.delivery.spec import Call, Delivery
from gateway.vault import Vault


class Courier:
    """Sends the rows of one target. Raises PortalError for what says nothing of the rows: the portal is away, or wants other credentials."""

    def __init__(
        self, target: Delivery, caller: Caller, journal: Journal, vault: Vault, check_stop: Callable[[], None]
    ) -> None:
        """check_stop: asked before every call; raises when a person has stopped delivery."""
        self._target, self._caller, self._journal, self._vault = target, caller, journal, vault
        self._check_stop = check_stop

    def send(self, rows: Rows) -> None:
        """Rows of different dossiers, as many calls at once as the portal bears."""
        calls = [
            (operation, part) for operation, group in self._by_operation(rows) for part in self._parts(operation, group)
        ]
        for _ in in_order(self._caller.limits.parallel, calls, lambda call: self._together(*call)):
            pass

    def _by_operation(self, rows: Rows) -> Iterator[tuple[str, list[Row[Any]]]]:
        groups: dict[str, list[Row[Any]]] = {}
        for row in rows:
            groups.setdefault(operation_of(self._target, row), []).append(row)
        return iter(groups.items())

    def _parts(self, operation: str, rows: Rows) -> Iterator[Rows]:
        most = self._target.call(operation).batch
        return (rows[at : at + most] for at in range(0, len(rows), most))

    def _together(self, operation: str, rows: Sequence[Row[Any]]) -> None:
        """One call; where it is refused, its halves, down to the rows that are meant."""
        self._check_stop()
        request_id, rows = self._journal.begin(rows, operation)
        if not rows:
            return
        found = self._call(operation, rows, request_id)
        self._journal.end(rows, operation, request_id, found)
        if len(rows) > 1 and found.is_of_one:
            half = (len(rows) + 1) // 2
            for part in (rows[:half], rows[half:]):
                self._together(operation, part)

    def _call(self, operation: str, rows: Rows, request_id: str) -> Outcome:
        call = self._target.call(operation)
        request = _request(call, [opened(self._vault, row) for row in rows])
        try:
            self._caller.call(request, call.form)
        except PortalError as error:
            found = of_error(error)
            if found is None:
                self._unsent(rows, request_id, error)
                raise
            return found
        return ACCEPTED

    def _unsent(self, rows: Rows, request_id: str, error: PortalError) -> None:
        """An error that is none of the rows': they go back into their lines, for the next visit."""
        self._journal.put_back(rows, request_id, error.what if isinstance(error, PortalAway) else type(error).__name__)


def operation_of(target: Delivery, row: Row[Any]) -> str:
    """How a row is told: a record is made first and changed from then on, where the target takes changes."""
    if row.kind == "event":
        return "event"
    return "update" if row.is_created and target.update else "create"


def _request(call: Call, payloads: Sequence[bytes]) -> Request:
    items: Any = [msgspec.Raw(each) for each in payloads] if call.is_list else msgspec.json.decode(payloads[0])
    if call.items:
        return call.request.with_body({call.items: items})
    return replace(call.request, body=items) if call.is_list else call.request.with_parameters(items, "body")
