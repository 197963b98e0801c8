"""As of when a set tells what its portals showed: kept beside its versions, since a night without changes makes no new one."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from gateway import durable
from gateway.log import log
from gateway.publish.contract import Contract
from gateway.store.ops import batch

FILE = ".as-of"


def as_of(connection: Connection, contract: Contract) -> datetime:
    """When the stream of the set that was read longest ago was last read; now, for a set that is made of no stream.

    A replay reads landed bytes again, which makes nothing younger.
    """
    name = batch.c.portal + "/" + batch.c.stream
    is_read = (batch.c.state == "loaded") & (batch.c.mode != "replay") & name.in_(contract.streams)
    last = select(func.max(batch.c.started_at).label("at")).where(is_read).group_by(name).subquery()
    moment: datetime = connection.scalars(select(func.coalesce(func.min(last.c.at), func.now()))).one()
    return moment


def keep(home: Path, moment: datetime) -> None:
    """Note it for the set whose versions lie in `home`. Raises OSError."""
    draft = home / f"{FILE}-{os.getpid()}"
    draft.write_text(moment.isoformat(), "utf-8")
    durable.sync([draft])
    draft.replace(home / FILE)


def kept(home: Path) -> datetime | None:
    """What was noted; None for a set that an earlier release has published, and for a note that cannot be read, told in the log."""
    path = home / FILE
    if not path.exists():
        return None
    try:
        return datetime.fromisoformat(path.read_text("utf-8")).astimezone(UTC)
    except ValueError:
        log.error("freshness unknown", where=str(path), do="publish the set again, which notes it anew")
        return None
