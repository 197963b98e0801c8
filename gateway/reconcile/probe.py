"""A dossier that a list lacks is asked for by its code, before anybody says that it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from connectors.connection import Connection as Portal
from connectors.errors import UnclearAnswer
from connectors.files.pages import Folder
from connectors.pages import Caller, in_order
from gateway.delivery.read_back import held_there
from gateway.delivery.spec import ReadBack
from gateway.reconcile.pairs import DossierPair
from gateway.sign_on import sign_on

MOST = 1000
"""Dossiers asked for one by one; when a list lacks more it is the list that must be looked at."""


class Found(NamedTuple):
    """The right cause of a difference, and why."""

    cause: str
    reason: str


ELSEWHERE = Found("other period", "asked for by its code, it is there: the list of this period lacks it")
UNCLEAR = Found("unknown outcome", "asked for by its code, the portal answers about something else")


def lacking(connection: Connection) -> list[str]:
    """The codes of what seems to be gone, up to MOST."""
    wanted = f"select key from found where cause = 'sent and not there' and not is_theirs order by key limit {MOST}"
    return list(connection.scalars(text(wanted)))


def ask(pair: DossierPair, codes: list[str], connection: Portal | None = None) -> dict[Found, list[str]]:
    """What is found of these codes, of those that are not gone for certain. Raises PortalError when the portal is away."""
    asked = pair.delivery.read_back
    if asked is None or not codes:
        return {}
    caller = sign_on(pair.portal, connection)
    assert not isinstance(caller, Folder)
    answers = in_order(caller.limits.parallel, codes, lambda code: _found(caller, asked, code))
    found: dict[Found, list[str]] = {}
    for code, each in zip(codes, answers, strict=True):
        if each is not None:
            found.setdefault(each, []).append(code)
    return found


def correct(connection: Connection, found: Mapping[Found, list[str]]) -> None:
    """Give what was asked for its right cause."""
    for (cause, reason), codes in found.items():
        binds: dict[str, Any] = {"codes": codes, "cause": cause, "reason": reason}
        connection.execute(text("update found set cause = :cause, reason = :reason where key = any(:codes)"), binds)


def _found(caller: Caller, asked: ReadBack, code: str) -> Found | None:
    try:
        return ELSEWHERE if held_there(caller, asked, code) is not None else None
    except UnclearAnswer:
        return UNCLEAR
