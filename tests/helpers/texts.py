"""Mappings compiled from text written in a test: a portal `test` with one stream, beside crosswalks of its own."""

from __future__ import annotations

from pathlib import Path

from gateway.mapping import crosswalk
from gateway.mapping.compile import Mapping, compile_mapping
from gateway.portals import load_portal

PORTAL = """\
portal: test
name: {vi: Thử, en: Test}
connection: portal_test
protocol: rest
auth: {kind: none}
schedule: "0 1 * * *"
"""
HEAD = """\
stream: said
name: {vi: Thử, en: Test}
into: agency
request: {get: /a}
records: items
"""
CODES = [("1", "one", ""), ("2", "two", "")]
DATED = [("1", "one", "2025-07-01"), ("2", "two", "")]


def compiled(folder: Path, said: str, head: str = HEAD) -> Mapping:
    """The mapping that a stream file of `head` and `said` is; crosswalks `level` and (on some days only) `dated` serve it."""
    mappings = folder / "mappings"
    (mappings / "test").mkdir(parents=True)
    (mappings / "crosswalks").mkdir()
    for name, rows in (("level", CODES), ("dated", DATED)):
        (mappings / "crosswalks" / f"{name}.tsv").write_text(_crosswalk(rows), "utf-8")
    (mappings / "test" / "portal.yaml").write_text(PORTAL, "utf-8")
    (mappings / "test" / "said.yaml").write_text(head + said, "utf-8")
    [stream] = load_portal((mappings,), "test").streams
    return compile_mapping(stream)


def _crosswalk(rows: list[tuple[str, str, str]]) -> str:
    lines = ["\t".join(crosswalk.COLUMNS)]
    for theirs, ours, begin in rows:
        said = {"subject_id": theirs, "object_id": ours, "valid_from": begin}
        lines.append("\t".join(said.get(column, "") for column in crosswalk.COLUMNS))
    return "\n".join(lines) + "\n"
