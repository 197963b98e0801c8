"""read back: what a portal holds of a dossier, compared with what we sent, settles a call whose outcome is unknown.

The content is compared, not the mere existence: a call that was cut off may have left an empty record under our code.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Row

from connectors import decode
from connectors.errors import NothingThere, PortalError, RecordRefused, UnclearAnswer
from connectors.formats import Format
from connectors.pages import Caller
from gateway.delivery import outcome
from gateway.delivery.journal import Journal
from gateway.delivery.outcome import UNKNOWN, Next, Outcome, of_error
from gateway.delivery.sealed import opened
from gateway.delivery.spec import Delivery, ReadBack
from gateway.mapping import paths
from gateway.vault import Vault

NOT_THERE = "read back: the portal does not have it"
ANOTHER = "read back: the answer is about another dossier, or names none"
SAME = Outcome("accepted", "read back: the portal has it")
ASKED_AGAIN = timedelta(minutes=1)
"""After which a portal that could not answer is asked again."""


class Reader:
    """Settles unknown rows of one target, by asking where the portal can be asked."""

    def __init__(self, target: Delivery, caller: Caller, journal: Journal, vault: Vault) -> None:
        self._target, self._caller, self._journal, self._vault = target, caller, journal, vault

    def settle(self, row: Row[Any]) -> None:
        """Raises PortalError when the portal is away; the row stays unknown."""
        asked = self._target.read_back
        request_id, _ = self._journal.begin([row], "read_back")
        if asked is None:
            self._journal.settle(row, request_id, *self._without_asking(row))
            return
        try:
            held = held_there(self._caller, asked, row.dossier_code)
        except PortalError as error:
            found = of_error(error) or Outcome("not read", error.what)
            self._journal.settle(row, request_id, found, _asked_again(error.what))
            if of_error(error) is None:
                raise
            return
        self._journal.settle(row, request_id, *self._judged(asked, row, held))

    def _without_asking(self, row: Row[Any]) -> tuple[Outcome, Next]:
        if self._target.may_repeat:
            why = "the outcome is unknown, and the contract lets it be sent again"
            return Outcome("unknown", why), outcome.again(row, self._target.waits, datetime.now(UTC), why)
        why = "the outcome is unknown, the portal cannot be asked, and sending again may double it: a person decides"
        return Outcome("unknown", why), Next("dead", UNKNOWN, why)

    def _judged(self, asked: ReadBack, row: Row[Any], held: Mapping[str, Any] | None) -> tuple[Outcome, Next]:
        ours = msgspec.json.decode(opened(self._vault, row))
        if held is not None and _has(asked, row.kind, ours, held):
            return SAME, Next("accepted", is_created=True if row.kind == "record" else None)
        until = _visible_from(row, asked)
        if datetime.now(UTC) < until:
            return Outcome("unknown", NOT_THERE), Next("unknown", UNKNOWN, f"{NOT_THERE} yet", until)
        then = outcome.again(row, self._target.waits, datetime.now(UTC), NOT_THERE)
        if row.kind == "record":
            then = Next(then.state, then.cause, then.reason, then.next_at, is_created=held is not None)
        return Outcome("absent", NOT_THERE), then


def held_there(caller: Caller, asked: ReadBack, code: str) -> Mapping[str, Any] | None:
    """What the portal holds of a dossier; None when it has none. Raises UnclearAnswer when it tells of another one."""
    try:
        found = caller.call(asked.request.with_parameters({asked.send: code}), Format(records=asked.records))
    except (NothingThere, RecordRefused):
        return None
    held = decode.record(found.records[0]) if found.records else None
    # What it holds of another dossier, by a cache or a session mixed up, proves nothing of ours.
    if held is not None and asked.code and str(paths.getter(asked.code)(held) or "") != code:
        raise UnclearAnswer(ANOTHER)
    return held


def _has(asked: ReadBack, kind: str, ours: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    if kind == "record":
        return _agree(asked.record, held, ours)
    events = paths.getter(asked.events)(held) if asked.events else None
    return isinstance(events, list) and any(_agree(asked.event, each, ours) for each in events)


def _agree(same: Mapping[str, str], held: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether the members that both have say the same; numbers and their digits as text are the same here."""
    return bool(same) and all(
        str(paths.getter(theirs)(held) or "") == str(ours.get(name) or "") for theirs, name in same.items()
    )


def _visible_from(row: Row[Any], asked: ReadBack) -> datetime:
    """Until when what the portal took may still be invisible."""
    sent: datetime = row.last_begun_at
    return sent + timedelta(seconds=asked.visible_within)


def _asked_again(why: str) -> Next:
    return Next("unknown", UNKNOWN, why, datetime.now(UTC) + ASKED_AGAIN)
