"""What every publication of a set ends with: a name for the version, nobody before it, and `latest` switched in one step."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text

from gateway.errors import StoreError
from gateway.publish.contract import Contract
from gateway.store.ops import publication


@dataclass(frozen=True)
class Published:
    """The outcome for one set. is_new: false when nothing changed since the last version, which then stays.

    waits_for: streams that were never loaded; then there is nothing to publish yet, and no version.
    """

    dataset: str
    version: str
    rows: int
    is_new: bool
    folder: Path
    waits_for: tuple[str, ...] = ()


def new_name(home: Path, mark: str) -> str:
    """Second and mark; a second later when a version of that name is there: of another contract, or of a try that failed."""
    moment = datetime.now(UTC)
    while (home / (name := f"{moment:%Y%m%dT%H%M%SZ}-{mark}")).exists():
        moment += timedelta(seconds=1)
    return name


def last_published(connection: Connection, dataset: str) -> Any:
    """The row of the last version; None when there is none."""
    wanted = select(publication).filter_by(dataset=dataset).order_by(publication.c.published_at.desc()).limit(1)
    return connection.execute(wanted).one_or_none()


def hold_turn(connection: Connection, contract: Contract) -> None:
    """In the transaction that switches the set, which others then wait for."""
    connection.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 1))"), {"name": contract.name})


def require_last(connection: Connection, contract: Contract, previous: Any) -> None:
    """While the turn is held: nobody has published since we looked. connection: one that sees what others committed.

    Our lock keeps them off; but the session that holds it may have ended without our noticing.
    """
    if last_published(connection, contract.name) != previous:
        raise StoreError("another process has published the set meanwhile", where=contract.name, do="run again")


def point(home: Path, version: str) -> None:
    """Switch `latest` in one step: a reader sees the old version or the new one, never none."""
    link = home / f".latest-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    link.replace(home / "latest")
