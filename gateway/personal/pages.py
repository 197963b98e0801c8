"""Landed pages are destroyed: marked first, then no longer read, then their objects removed; each step may be repeated."""

from __future__ import annotations

from sqlalchemy import Connection, text

from gateway.store.erasure_sql import MARK_PAGES
from gateway.workshop import Workshop

_WAITS = "exists (select from ops.batch as b where b.batch_id = p.batch_id and b.state in ('landing', 'landed'))"
"""Its load is still to come: other people's records in it would be lost."""

OF_BATCH = "p.batch_id = :number"
OF_ERASURE = f"p.erasure_id = :number and not {_WAITS}"
LEFT = f"not {_WAITS} and (p.destroyed_at is null or p.destroyed_at > now() - interval '2 days')"
"""Which marked pages: a batch's that is loaded; an erasure's; all those that a crash may have left, on that day or the day before."""


def mark(connection: Connection, erasure_id: int, pages: set[int]) -> int:
    """Say of pages which erasure takes them away, in the caller's transaction; returns of how many, those of equal bytes too."""
    return connection.execute(text(MARK_PAGES), {"erasure_id": erasure_id, "pages": list(pages)}).rowcount


def destroy(shop: Workshop, which: str, number: int = 0) -> int:
    """Destroy marked pages (OF_BATCH, OF_ERASURE or LEFT); returns how many.

    The manifest keeps their addresses. An object that another page names, landed later with the same bytes, stays. Raises
    StoreError, at the end, for objects that the landing store keeps.
    """
    marked = f"p.erasure_id is not null and {which}"
    with shop.engine.begin() as connection:
        gone = text(f"update landing.page as p set destroyed_at = now() where p.destroyed_at is null and {marked}")
        count = connection.execute(gone, {"number": number}).rowcount
    with shop.engine.connect() as connection:
        paths = connection.scalars(text(_OBJECTS.format(marked=marked)), {"number": number}).all()
    shop.landing.remove(paths)
    return count


def waiting(connection: Connection, erasure_id: int) -> list[str]:
    """Streams (`portal/stream`) of pages that erasures of persons up to this one have marked, and that wait for their load.

    Earlier ones too: a page is marked once, whoever else it shows.
    """
    return list(connection.scalars(text(_WAITING), {"number": erasure_id}))


_WAITING = f"""
    select distinct b.portal || '/' || b.stream as stream from landing.page as p join ops.batch as b using (batch_id)
    join ops.erasure as e on e.erasure_id = p.erasure_id and e.class = 'subject'
    where p.erasure_id <= :number and p.destroyed_at is null and {_WAITS} order by stream"""

# A crash may come between the two; whoever comes next removes what it left.
_OBJECTS = """
    select distinct p.path from landing.page as p where p.destroyed_at is not null and {marked}
        and not exists (select from landing.page as other where other.path = p.path and other.destroyed_at is null)"""
