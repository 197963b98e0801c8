"""R12, audit: every entry of the audit log is tampered with once, in every way; each time it is found, where it stood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from os import urandom

from sqlalchemy import Engine, text

from gateway.access import chain
from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from gateway.store.database import connect
from proof.card import Line
from tests.helpers.memory import memory_folder
from tests.helpers.server import Server

ENTRIES = 10_000
SHARES = 10
"""An entry in ten is tampered with at once, so that those between must be found whole."""

_BIT = "overlay({0} placing chr(ascii(substr({0}, {1}, 1)) # 1) from {1} for 1)"
_PLACE = "(entry_id % length({}) + 1)::int"
FLIPS: Mapping[str, str] = {
    "at": "at + interval '1 microsecond'",
    **{name: _BIT.format(name, _PLACE.format(name)) for name in ("actor", "action", "subject", "detail", "sealed_by")},
    "previous": "set_byte(previous, (entry_id % 32)::int, get_byte(previous, (entry_id % 32)::int) # 1)",
}
"""The smallest change of each column: one bit, or one microsecond."""


def measure(entries: int = ENTRIES) -> Line:
    """A log of so many entries, in a database of its own."""
    with (
        memory_folder() as place,
        EmbeddedPostgres(place / "data", settings=FORGETFUL, keep=False) as postgres,
    ):
        server = Server(postgres)
        engine = connect(server.url(server.database()))
        try:
            return _line(entries, list(_missed(engine, entries)))
        finally:
            engine.dispose()


def _line(entries: int, missed: Sequence[str]) -> Line:
    return Line(
        "R12",
        "audit",
        measured=f"{entries} entries, each changed in {len(FLIPS) + 1} ways, removed and moved: {len(missed)} not found as they should be",
        required="all are found, each where it stood, and no other",
        passed=not missed,
        detail=tuple(missed[:40]),
    )


def _missed(engine: Engine, entries: int) -> Iterator[str]:
    secrets = (urandom(32),)
    with engine.begin() as connection:
        for number in range(entries):
            chain.append(connection, secrets, chain.Act(f"consumer {number % 7}", "read", "a set", {"rows": number}))
        noted = chain.verify(connection, secrets).head
    for share in range(SHARES):
        for how, statement, expected in _ways(entries, share):
            found = _found(engine, secrets, statement, noted)
            if found != expected:
                odd = sorted(found ^ expected)
                yield f"{how}, entries {share}, {share + SHARES}, …: {len(odd)} told or missed, such as {odd[:5]}"


def _ways(entries: int, share: int) -> Iterator[tuple[str, str, set[int]]]:
    """How a tenth of the entries is tampered with: what is done, its statement, and where it must be found."""
    chosen = {entry for entry in range(1, entries + 1) if entry % SHARES == share}
    which = f"entry_id % {SHARES} = {share}"
    for name, changed in FLIPS.items():
        yield f"{name} changed", f"update ops.audit set {name} = {changed} where {which}", chosen
    followed = {entry + beside for entry in chosen for beside in (0, 1) if entry + beside <= entries}
    yield (
        "seal changed",
        f"update ops.audit set seal = set_byte(seal, 31, get_byte(seal, 31) # 1) where {which}",
        followed,
    )
    yield "removed", f"delete from ops.audit where {which}", chosen
    # An entry and the one after it change places; the one after both follows neither of them then.
    after = f"(entry_id - 1) % {SHARES} = {share} and entry_id between 2 and {entries - 1}"
    away = f"update ops.audit set entry_id = -entry_id where {which} and entry_id < {entries - 1} or {after}"
    back = f"update ops.audit set entry_id = case when -entry_id % {SHARES} = {share} then 1 else -1 end - entry_id where entry_id < 0"
    pairs = {entry + beside for entry in chosen if entry < entries - 1 for beside in (0, 1, 2)}
    yield "moved", f"{away}; {back}", pairs


def _found(engine: Engine, secrets: Sequence[bytes], statement: str, noted: str) -> set[int]:
    """Where the chain is broken after the statement, which is taken back; the trigger is no obstacle to the owner."""
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("alter table ops.audit disable trigger all"))
        connection.execute(text(statement))
        breaches = chain.verify(connection, secrets, noted).breaches
        transaction.rollback()
    return {breach.entry_id for breach in breaches}
