"""Whether every failure is told to somebody, and no person's data with it: silent, leaked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proof.asked import Ask
from proof.seen import Seen

UNTOLD = {
    "a run failed and does not say why": "select portal from ops.run where state = 'failed' and coalesce(error, '') = ''",
    "a batch failed and does not say why": """
        select portal || '/' || stream from ops.batch where state = 'failed' and coalesce(error, '') = ''""",
    "a run calls itself done though one of its batches failed": """
        select distinct r.portal from ops.run as r join ops.batch as b using (run_id)
        where r.state = 'done' and b.state = 'failed' and not exists (
            select from ops.batch as again where again.run_id = r.run_id and again.stream = b.stream
                and again.batch_id > b.batch_id and again.state = 'loaded')""",
    "fewer or more records were read than the portal declares, and nothing says so": """
        select portal || '/' || stream from ops.batch
        where state = 'loaded' and declared_total <> read_count and coalesce(warning, '') = ''""",
    "a record is in quarantine without a reason": "select portal || '/' || stream from ops.quarantine where reason = ''",
    "a delivery began and nobody knows how it ended": """
        select target from ops.delivery_run as r where ended_at is null and not exists (
            select from pg_locks where locktype = 'advisory')""",
}

TEXTS = """
    select 'ops.run.error', error from ops.run union all
    select 'ops.batch.error', error from ops.batch union all select 'ops.batch.warning', warning from ops.batch union all
    select 'ops.quarantine.reason', reason from ops.quarantine union all
    select 'ops.quarantine.value', value from ops.quarantine union all
    select 'ops.quarantine.record_key', record_key from ops.quarantine union all
    select 'ops.drift.sample', sample from ops.drift union all
    select 'ops.outbox.reason', reason from ops.outbox union all
    select 'ops.attempt.answer', answer from ops.attempt union all
    select 'ops.delivery_run.error', error from ops.delivery_run"""


def complaints(ask: Ask, seen: Seen, said: Sequence[str]) -> Iterator[str]:
    """One sentence for each failure that nobody is told of, and for each place where a person's data stand."""
    for what, query in UNTOLD.items():
        yield from (f"silent: {place}: {what}" for place in ask.column(query))
    texts = [(place, text) for place, text in ask.rows(TEXTS) if text]
    texts += [("what the program said", text) for text in said]
    for place, text in texts:
        if any(each in text for each in seen.personal):
            yield f"leaked: {place}: a person's data stand there"
