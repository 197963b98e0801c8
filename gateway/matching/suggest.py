"""Suggest national codes for a portal's rows without one, and keep the suggestions with their evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, delete, text

from gateway.errors import ConfigError
from gateway.matching import decisions, sides
from gateway.matching.decisions import Decision
from gateway.matching.entry import Kind
from gateway.matching.matcher import Match, Matcher
from gateway.store.xref import match_suggestion


def suggest(engine: Engine, kind: Kind, portal: str, against: str) -> list[Match]:
    """Match what is still open of a portal against the national list, and replace its former suggestions.

    Rows with an accepted code are left out, rejected pairs are not suggested again; decisions are read and never written.
    Raises ConfigError when there is no national list to match against.
    """
    with engine.begin() as connection:
        connection.execute(text(decisions.LOCK))
        national = sides.national(connection, kind, against)
        if not national:
            raise ConfigError(f"holds no {kind} yet", where=against, do=f"run: gateway sync {against}")
        decided = decisions.in_force(connection, kind, portal, against)
        accepted = {each.local_code for each in decided if each.verdict == decisions.ACCEPTED}
        local = [e for e in sides.without_code(connection, kind, portal) if e.code not in accepted]
        matches = Matcher(national).match(local, _rejected(decided))
        held = match_suggestion.c
        connection.execute(
            delete(match_suggestion).where(
                held.kind == kind.value, held.local_issuer == portal, held.national_issuer == against
            )
        )
        rows = list(_rows(matches, kind=kind.value, local_issuer=portal, national_issuer=against))
        if rows:
            connection.execute(match_suggestion.insert(), rows)
    return matches


def _rejected(decided: Sequence[Decision]) -> dict[str, frozenset[str]]:
    ruled_out: dict[str, set[str]] = defaultdict(set)
    for each in decided:
        if each.verdict == decisions.REJECTED:
            ruled_out[each.local_code].add(each.national_code)
    return {code: frozenset(codes) for code, codes in ruled_out.items()}


def _rows(matches: Sequence[Match], **which: str) -> Iterator[dict[str, Any]]:
    for match in matches:
        for ordinal, candidate in enumerate(match.candidates, 1):
            yield {
                **which,
                "local_code": match.local.code,
                "national_code": candidate.entry.code,
                "ordinal": ordinal,
                "score": candidate.score,
                "is_automatic": candidate.entry.code == match.link,
                "reason": match.reason.value,
                "evidence": [each.as_dict() for each in candidate.evidence],
            }
