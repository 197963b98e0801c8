"""A dossier that a list lacks is asked for by its code, before anybody says that it is gone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from connectors.connection import Connection as Portal
from connectors.files.pages import Folder
from connectors.pages import in_order
from gateway.delivery.read_back import held_there
from gateway.reconcile.pairs import DossierPair
from gateway.sign_on import sign_on

MOST = 1000
"""Dossiers asked for one by one; when a list lacks more it is the list that must be looked at."""

ELSEWHERE = "asked for by its code, it is there: the list of this period lacks it"


def lacking(connection: Connection) -> list[str]:
    """The codes of what seems to be gone, up to MOST."""
    wanted = f"select key from found where cause = 'sent and not there' and not is_theirs order by key limit {MOST}"
    return list(connection.scalars(text(wanted)))


def ask(pair: DossierPair, codes: list[str], connection: Portal | None = None) -> list[str]:
    """Which of these codes the portal knows. Raises PortalError."""
    asked = pair.delivery.read_back
    if asked is None or not codes:
        return []
    caller = sign_on(pair.portal, connection)
    assert not isinstance(caller, Folder)
    answers = in_order(caller.limits.parallel, codes, lambda code: held_there(caller, asked, code))
    return [code for code, held in zip(codes, answers, strict=True) if held is not None]


def correct(connection: Connection, codes: list[str]) -> None:
    """What is there after all is counted in another period."""
    binds: dict[str, Any] = {"codes": codes, "reason": ELSEWHERE}
    connection.execute(text("update found set cause = 'other period', reason = :reason where key = any(:codes)"), binds)
