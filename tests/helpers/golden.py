"""Golden samples: for each stream a landed body, and the rows it must become.

After a mapping was changed on purpose, `python -m tests.helpers.golden` writes the expected rows anew; read the difference
before you keep it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from connectors.formats import opened
from connectors.pages import Page
from gateway.canonical import ENTITIES
from gateway.load import load_batch
from gateway.portals import StreamSpec, load_portal, portal_names
from gateway.run import Report
from gateway.runs import batches, mark_batch, open_batch, open_run
from gateway.workshop import Workshop
from tests.helpers.house import ROOT

FOLDER = ROOT / "tests" / "golden"
HIDDEN = {"issuer", "valid_from", "valid_to", "source_hash", "content_hash", "content", "batch_id"}

Rows = dict[str, list[dict[str, Any]]]


def streams() -> list[StreamSpec]:
    """Every stream of every portal folder."""
    folders = (ROOT / "mappings",)
    return [stream for name in portal_names(folders) for stream in load_portal(folders, name).streams]


def body(stream: StreamSpec) -> bytes:
    """The landed body of a stream's sample."""
    suffix = {"diffgram": "xml"}.get(stream.form.kind, stream.form.kind)
    return _file(stream, suffix).read_bytes()


def count(stream: StreamSpec) -> int:
    """How many records the sample has."""
    sample = body(stream)
    return sum(1 for _ in opened(BytesIO(sample) if stream.form.is_streamed else sample, stream.form).records)


def asked(stream: StreamSpec) -> dict[str, Any] | None:
    """What a stream's sample was asked with, where that belongs to the record."""
    file = _file(stream, "request.json")
    found: dict[str, Any] | None = json.loads(file.read_text("utf-8")) if file.exists() else None
    return found


def expected(stream: StreamSpec) -> Rows:
    """The rows that a stream's sample becomes, by table; nothing stands for null."""
    rows: Rows = json.loads(_file(stream, "expected.json").read_text("utf-8"))
    return rows


def load(shop: Workshop, stream: StreamSpec) -> Report:
    """Land a stream's sample as a portal's answer, and load it. No portal is called, not even to acknowledge a queue."""
    request = {
        "method": stream.request.method,
        "path": stream.request.path,
        "query": {},
        "body": asked(stream),
    }
    page = Page("golden", request, body(stream), datetime.now(UTC), count(stream))
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


def _file(stream: StreamSpec, kind: str) -> Path:
    return FOLDER / stream.portal / f"{stream.stream}.{kind}"


def _write() -> None:
    from tempfile import TemporaryDirectory

    from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
    from tests.helpers.house import House
    from tests.helpers.server import Server

    with (
        TemporaryDirectory() as place,
        EmbeddedPostgres(Path(place) / "data", settings=FORGETFUL, keep=False) as postgres,
    ):
        server = Server(postgres)
        for stream in streams():
            with House(server.url(server.database()), Path(place)).shop() as shop:
                report = load(shop, stream)
                assert report.verdict() is None, report.verdict()
                written = json.dumps(rows(shop.engine, stream), ensure_ascii=False, indent=1)
                _file(stream, "expected.json").write_text(written + "\n", "utf-8")


if __name__ == "__main__":
    _write()
