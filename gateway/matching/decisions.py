"""What people decided about pairs: kept with reviewer and date, only ever added to; the newest of a pair counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from gateway.errors import ConfigError
from gateway.matching.entry import Kind
from gateway.store.xref import match_decision

ACCEPTED, REJECTED = "accepted", "rejected"


@dataclass(frozen=True)
class Decision:
    """A decision in force. decided_at: an instant, UTC."""

    kind: str
    local_issuer: str
    local_code: str
    local_name: str
    national_issuer: str
    national_code: str
    national_name: str
    verdict: str
    reviewer: str
    note: str | None
    decided_at: datetime


LOCK = "select pg_advisory_xact_lock(hashtextextended('gateway match', 0))"
"""Suggesting and deciding take turns: no run may miss a decision that was made meanwhile."""

_IN_FORCE = """
    select distinct on (local_code, national_code) kind, local_issuer, local_code, local_name, national_issuer,
        national_code, national_name, verdict, reviewer, note, decided_at
    from xref.match_decision
    where kind = :kind and local_issuer = :local_issuer and national_issuer = :national_issuer
    order by local_code, national_code, match_decision_id desc"""


def in_force(connection: Connection, kind: Kind, local_issuer: str, national_issuer: str) -> list[Decision]:
    """The newest decision of each pair of these two issuers."""
    which = {"kind": kind, "local_issuer": local_issuer, "national_issuer": national_issuer}
    return [Decision(*row) for row in connection.execute(text(_IN_FORCE), which)]


@dataclass(frozen=True)
class Asked:
    """The pair a person speaks of. portal: whose code `local_code` is, "" to find out; against: whose the national one is."""

    kind: Kind
    local_code: str
    national_code: str
    portal: str = ""
    against: str = "national"


def decide(engine: Engine, asked: Asked, verdict: str, reviewer: str, note: str | None = None) -> Decision:
    """Keep a decision and return the one in force; the same again adds nothing.

    Raises ConfigError for a code nobody has, for one that several portals have, and for a second national code of a row
    that has an accepted one.
    """
    if not reviewer.strip():
        raise ConfigError("no reviewer", do="say who decides: --reviewer NAME")
    with engine.begin() as connection:
        connection.execute(text(LOCK))
        issuer, local_name = _local(connection, asked)
        national_name = _national(connection, asked)
        if held := _held(connection, asked, issuer, verdict):
            return held
        pair = {
            "kind": asked.kind.value,
            "local_issuer": issuer,
            "local_code": asked.local_code,
            "national_issuer": asked.against,
            "national_code": asked.national_code,
        }
        score = connection.scalar(text(_SCORE), pair)
        names = {"local_name": local_name, "national_name": national_name}
        said = {"verdict": verdict, "score": score, "reviewer": reviewer.strip(), "note": note}
        connection.execute(match_decision.insert(), {**pair, **names, **said})
        connection.execute(text(_NOT_AUTOMATIC), pair)
        return _pair(in_force(connection, asked.kind, issuer, asked.against), asked)[0]


def _pair(decided: list[Decision], asked: Asked) -> list[Decision]:
    wanted = (asked.local_code, asked.national_code)
    return [each for each in decided if (each.local_code, each.national_code) == wanted]


def _held(connection: Connection, asked: Asked, issuer: str, verdict: str) -> Decision | None:
    """The same decision, if it is in force; ConfigError if another national code is accepted."""
    decided = in_force(connection, asked.kind, issuer, asked.against)
    for each in _pair(decided, asked):
        if each.verdict == verdict:
            return each
    for each in decided:
        if verdict == each.verdict == ACCEPTED and each.local_code == asked.local_code:
            raise ConfigError(
                f"{each.local_code} was accepted as {each.national_code} by {each.reviewer} on {each.decided_at:%Y-%m-%d}",
                where=issuer,
                do=f"reject that pair first: gateway match reject {each.local_code} {each.national_code} --reviewer NAME",
            )
    return None


_SCORE = """
    select score from xref.match_suggestion where kind = :kind and local_issuer = :local_issuer
        and local_code = :local_code and national_issuer = :national_issuer and national_code = :national_code"""

# From now on a person answers for this local row, not the machine.
_NOT_AUTOMATIC = """
    update xref.match_suggestion set is_automatic = false, reason = 'a person decided' where kind = :kind
        and local_issuer = :local_issuer and local_code = :local_code and national_issuer = :national_issuer"""

_NAMES = {
    Kind.PROCEDURE: """
        select issuer, procedure_name as name from core.procedure where procedure_code = :code and valid_to is null
        union select issuer, procedure_name as name from core.procedure_listing l where procedure_code = :code and valid_to is null
            and not exists (select from core.procedure p where p.issuer = l.issuer and p.procedure_code = l.procedure_code
                and p.valid_to is null)""",
    Kind.AGENCY: "select issuer, agency_name as name from core.agency where agency_code = :code and valid_to is null",
}


def _holders(connection: Connection, kind: Kind, code: str) -> dict[str, str]:
    """Issuer → the name it gives this code."""
    return {row.issuer: row.name for row in connection.execute(text(_NAMES[kind]), {"code": code})}


def _local(connection: Connection, asked: Asked) -> tuple[str, str]:
    holders = _holders(connection, asked.kind, asked.local_code)
    holders.pop(asked.against, None)
    found = {issuer: name for issuer, name in holders.items() if asked.portal in {"", issuer}}
    if not found:
        what = f"no {asked.kind} has the code {asked.local_code!r}"
        raise ConfigError(what, where=asked.portal, do="see: gateway match suggest PORTAL")
    if len(found) > 1:
        what = f"several portals have a {asked.kind} {asked.local_code!r}"
        raise ConfigError(what, do=f"say which: --portal {' or '.join(sorted(found))}")
    return next(iter(found.items()))


def _national(connection: Connection, asked: Asked) -> str:
    try:
        return _holders(connection, asked.kind, asked.national_code)[asked.against]
    except KeyError:
        what = f"no {asked.kind} has the code {asked.national_code!r}"
        raise ConfigError(what, where=asked.against, do="check it, or name another list: --against PORTAL") from None
