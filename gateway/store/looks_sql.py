"""The SQL of looks: when a batch was fetched, and when its stream was looked at the time before.

What a portal shows at a look was so by then; what it did not show yet at the look before was not so then.
"""

from __future__ import annotations

LOOK = """look as (
        select b.batch_id, b.portal, b.stream, coalesce(s.started_at, b.started_at) as at
        from ops.batch as b left join ops.batch as s on s.batch_id = b.source_batch_id where b.state = 'loaded'
    )"""
"""(batch_id, portal, stream, at) of loaded batches; a replay looks when the batch it reads again was fetched."""

TURN = """turn as (
        select portal, stream, at, lag(at) over (partition by portal, stream order by at) as before
        from (select distinct portal, stream, at from look) as each
    )"""
"""(portal, stream, at, before): each look, and the one before it; None at the first. Stands after LOOK."""
