"""Where the rows of a set come from: the batches and code lists that its contract's `sources` names, asked in the rows' own snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from gateway.publish.contract import Contract

MOST = 100
"""Batches of one stream that are named singly, newest first; those before them are told as one."""

SOURCES = ("batch_id", "snapshot_id")
"""The columns that `sources` may give: of ops.batch, and of xref.code_snapshot."""


class Origins(NamedTuple):
    """batches: each with its run; earlier: one row per stream that has more than MOST; lists: loaded code lists."""

    batches: Sequence[Row[Any]] = ()
    earlier: Sequence[Row[Any]] = ()
    lists: Sequence[Row[Any]] = ()


# A row keeps the batch that last changed it. The newest batch of a stream may have changed nothing, and still it is what says
# that the rows are so. A replay reads again what another batch has landed.
_FED = """
    with recursive named as (select distinct batch_id as number from ({sources}) as rows),
    fed (batch_id) as (
        (select number from named union
         select max(batch_id) from ops.batch where state = 'loaded' and portal || '/' || stream = any(:streams) group by portal, stream)
        union select b.source_batch_id from fed join ops.batch as b using (batch_id)
    ), placed as (
        select b.*, row_number() over (partition by b.portal, b.stream order by b.batch_id desc) as place
        from fed join ops.batch as b using (batch_id)
    )"""

_BATCHES = """
    select b.batch_id, b.run_id, b.portal, b.stream, b.mode, b.state, b.source_batch_id, b.mapping_sha256, b.page_count,
        b.read_count, b.new_count, b.changed_count, b.unchanged_count, b.quarantined_count, b.started_at, b.finished_at,
        r.kind as run_kind, r.gateway_version, r.started_at as run_started_at, r.finished_at as run_finished_at
    from placed as b join ops.run as r using (run_id) where b.place <= :most order by b.batch_id"""

_EARLIER = """
    select portal, stream, count(*) as batch_count, min(batch_id) as first_batch_id, max(batch_id) as last_batch_id,
        min(started_at) as started_at, max(started_at) as last_started_at, sum(page_count)::bigint as page_count,
        sum(read_count)::bigint as read_count, sum(new_count)::bigint as new_count, sum(changed_count)::bigint as changed_count
    from placed where place > :most group by portal, stream order by portal, stream"""

_LISTS = """
    select snapshot_id, kind, issuer, as_of, file_sha256, row_count, loaded_at from xref.code_snapshot
    where snapshot_id in (select snapshot_id from ({sources}) as rows) order by snapshot_id"""


def origins(connection: Connection, contract: Contract) -> Origins:
    """What a set's rows come from, as this connection sees them. A contract without `sources` has what people decided here."""
    if not contract.sources:
        return Origins()
    given = tuple(connection.execute(text(f"select * from ({contract.sources}) as rows limit 0")).keys())
    if given == ("snapshot_id",):
        return Origins(lists=connection.execute(text(_LISTS.format(sources=contract.sources))).all())
    fed = _FED.format(sources=contract.sources)
    binds = {"streams": list(contract.streams), "most": MOST}
    batches, earlier = (connection.execute(text(fed + rest), binds).all() for rest in (_BATCHES, _EARLIER))
    return Origins(batches, earlier)
