"""Cleaning up after crashes: runs that nobody works on, landed objects that no manifest names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from gateway.errors import LockedError
from gateway.store.lock import portal_lock
from gateway.store.ops import page, run
from gateway.workshop import Workshop

GRACE = timedelta(days=1)
"""An object younger than this may belong to a fetch that is under way."""


def sweep(shop: Workshop) -> dict[str, int]:
    """Returns how many runs were closed and how many objects were removed. Raises StoreError, at the end, for objects that stay."""
    return {
        "runs": sum(_close_runs(shop, portal) for portal in shop.portals()),
        "objects": shop.landing.remove(_orphans(shop)),
    }


def _close_runs(shop: Workshop, portal: str) -> int:
    try:
        with portal_lock(shop.engine, portal), shop.engine.begin() as connection:
            stale = (run.c.portal == portal) & (run.c.state == "running") & (run.c.started_at < _before())
            closed = connection.execute(update(run).where(stale).values(state="interrupted", finished_at=func.now()))
            return closed.rowcount
    except LockedError:
        return 0  # somebody works on this portal, so its open run is a live one


def _orphans(shop: Workshop) -> Iterator[str]:
    for path in shop.landing.objects_before(_before()):
        with shop.engine.connect() as connection:
            naming = (page.c.path == path) & page.c.destroyed_at.is_(None)
            named = connection.scalar(select(func.count()).select_from(page).where(naming))
        if not named:
            yield path


def _before() -> datetime:
    return datetime.now(UTC) - GRACE
