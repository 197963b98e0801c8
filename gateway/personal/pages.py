"""Landed pages are destroyed: marked first, then no longer read, then their objects removed; each step may be repeated."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, text

from gateway.errors import StoreError
from gateway.log import log
from gateway.workshop import Workshop

_MARKED = "p.page_id in (select page_id from ops.erased_page)"
_WAITS = "exists (select from ops.batch as b where b.batch_id = p.batch_id and b.state in ('landing', 'landed'))"
"""Its load is still to come: other people's records in it would be lost."""

OF_BATCH = f"p.batch_id = :of and {_MARKED}"
"""Marked pages of a batch that is loaded."""

OF_ERASURE = f"p.page_id in (select page_id from ops.erased_page where erasure_id = :of) and not {_WAITS}"
"""Pages that an erasure takes away."""

OF_PORTAL = f"""{_MARKED} and not {_WAITS} and p.batch_id in (select batch_id from ops.batch where portal = :of)
    and (p.destroyed_at is null or p.destroyed_at > now() - interval '2 days')"""
"""Marked pages of a portal, and those of this day and the day before whose objects a crash may have left."""


def mark(connection: Connection, erasure_id: int, pages: set[int]) -> int:
    """Say of pages which erasure takes them away, in the caller's transaction; returns of how many, those of equal bytes too."""
    return connection.execute(text(_MARK), {"of": erasure_id, "pages": list(pages)}).rowcount


def destroy(shop: Workshop, which: str, of: int | str) -> int:
    """Destroy marked pages; returns how many. which: OF_BATCH, OF_ERASURE or OF_PORTAL; of: the number or name of that.

    The manifest keeps their addresses. An object that another page names, landed later with the same bytes, stays; the caller
    keeps the portal from being read, since a page that is being landed has no row yet. Raises StoreError, at the end, for objects
    that the landing store keeps.
    """
    with shop.engine.begin() as connection:
        gone = f"update landing.page as p set destroyed_at = now() where p.destroyed_at is null and {which}"
        count = connection.execute(text(gone), {"of": of}).rowcount
    with shop.engine.connect() as connection:
        paths = connection.scalars(text(_OBJECTS.format(which=which)), {"of": of}).all()
    shop.landing.remove(paths)
    return count


def destroy_loaded(shop: Workshop, work: Row[Any]) -> None:
    """Destroy marked pages of a batch of which nothing more is needed: it is loaded, and its queue was told so.

    The batch is loaded whether they can go or not: what is left goes with the night's retention.
    """
    number = work.source_batch_id or work.batch_id
    try:
        destroy(shop, OF_BATCH, number)
    except StoreError as error:
        log.warning("pages not destroyed yet", portal=work.portal, stream=work.stream, batch=number, why=error.what)


def waiting(connection: Connection, erasure_id: int) -> list[str]:
    """Streams (`portal/stream`) of pages that an erasure takes away, and that are there: they wait for their load."""
    return list(connection.scalars(text(_WAITING), {"of": erasure_id}))


_WAITING = """
    select distinct b.portal || '/' || b.stream as stream from ops.erased_page as e join landing.page as p using (page_id)
    join ops.batch as b using (batch_id) where e.erasure_id = :of and p.destroyed_at is null order by stream"""

_MARK = """
    insert into ops.erased_page (page_id, erasure_id)
    select distinct twin.page_id, :of from landing.page as p join landing.page as twin using (path)
    where p.page_id = any(:pages) and twin.destroyed_at is null
    on conflict do nothing"""

# A crash may come between the two; whoever comes next removes what it left.
_OBJECTS = """
    select distinct p.path from landing.page as p where p.destroyed_at is not null and {which}
        and not exists (select from landing.page as other where other.path = p.path and other.destroyed_at is null)"""
