"""Golden samples loaded into a database: what stands there then is what `gateway mapping test` expects without one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text

from connectors.pages import Page
from gateway.canonical import ENTITIES
from gateway.load import load_batch
from gateway.mapping.bench import golden, samples
from gateway.mapping.bench.golden import Rows
from gateway.portals import StreamSpec, load_portal, portal_names
from gateway.run import Report
from gateway.runs import batches, mark_batch, open_batch, open_run
from gateway.workshop import Workshop
from tests.helpers.house import ROOT

HIDDEN = {"issuer", "valid_from", "valid_to", "source_hash", "content_hash", "content", "batch_id"}


def streams() -> list[StreamSpec]:
    """Every stream of every portal folder."""
    folders = (ROOT / "mappings",)
    return [stream for name in portal_names(folders) for stream in load_portal(folders, name).streams]


def count(stream: StreamSpec) -> int:
    """How many records the sample has."""
    return len(samples.members(stream))


def expected(stream: StreamSpec) -> Rows:
    """The rows that a stream's sample becomes, by table; nothing stands for null."""
    rows = golden.expected(stream)
    assert rows is not None
    return rows


def past(stream: StreamSpec) -> Rows:
    """What the tables of the past must hold after the sample's first load: an event, or a first version, for each row."""
    entity = ENTITIES[stream.into]
    found: Rows = {}
    for table in [each for each in (entity.history, entity.versions) if each is not None]:
        first = {"version_number": 1} if table is entity.versions else {}
        found[table.name] = [
            {"of": row[entity.code], **first, **{name: row[name] for name in row if name in table.columns}}
            for row in expected(stream)[entity.name]
        ]
    return found


def load(shop: Workshop, stream: StreamSpec) -> Report:
    """Land a stream's sample as a portal's answer, and load it. No portal is called, not even to acknowledge a queue."""
    request = {
        "method": stream.request.method,
        "path": stream.request.path,
        "query": {},
        "body": samples.asked(stream),
    }
    page = Page("golden", request, samples.body(stream), datetime.now(UTC), count(stream))
    run_id = open_run(shop.engine, stream.portal, "full", "golden")
    batch_id = open_batch(shop.engine, run_id, stream.portal, stream.stream, mode="full", cursor_from=None)
    assert list(shop.landing.land(batch_id, stream.portal, iter([page]))) == [page]
    mark_batch(shop.engine, batch_id, state="landed")
    [work] = batches(shop.engine, batch_id=batch_id)
    return Report(run_id, stream.portal, load_batch(shop, work))


def rows(engine: Engine, stream: StreamSpec) -> Rows:
    """What stands in the entity's tables; rows of parts and pasts say whose they are (`of`)."""
    entity = ENTITIES[stream.into]
    mine = f"select to_jsonb(t) from {entity.table.fullname} t order by t.{entity.code}"
    found = {entity.name: _plain(engine, mine)}
    for table in [*entity.parts.values(), *(each for each in (entity.history, entity.versions) if each is not None)]:
        order = (
            "ordinal"
            if "ordinal" in table.columns
            else next(n for n in ("version_number", "status_at") if n in table.columns)
        )
        owned = (
            f"select jsonb_build_object('of', o.{entity.code}) || to_jsonb(t) from {table.fullname} t"
            f" join {entity.table.fullname} o using ({entity.id_column}) order by o.{entity.code}, t.{order}"
        )
        found[table.name] = _plain(engine, owned)
    return {name: listed for name, listed in found.items() if listed}


def _plain(engine: Engine, query: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        connection.execute(text("set timezone to 'UTC'"))
        return [
            {key: value for key, value in row.items() if value is not None and not _is_hidden(key)}
            for row in connection.scalars(text(query))
        ]


def _is_hidden(column: str) -> bool:
    return column in HIDDEN or column in {entity.id_column for entity in ENTITIES.values()}
