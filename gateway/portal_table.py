"""How every portal is spoken to, as one table.

`python -m gateway.portal_table FILE` writes it into a page between two markers (`make docs`); a test keeps the two alike.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.config import HOME
from gateway.errors import ConfigError
from gateway.portals import PortalSpec, StreamSpec, load_portal, portal_names

COLUMNS = ("portal", "stream", "protocol", "auth", "paging", "change detection", "success", "format")
BEGINS, ENDS = "<!-- table begins -->\n", "<!-- table ends -->\n"


def rows(specs: Sequence[PortalSpec]) -> Iterator[dict[str, str]]:
    """A line per stream."""
    for spec in specs:
        for stream in spec.streams:
            yield {
                "portal": spec.portal,
                "stream": stream.stream,
                "protocol": _protocol(spec.said),
                "auth": _auth(spec.said),
                "paging": _asked(spec, stream),
                "change detection": _changes(spec, stream),
                "success": _success(spec),
                "format": _format(stream),
            }


def markdown(specs: Sequence[PortalSpec]) -> str:
    """The table as Markdown; what a portal's lines share stands in its first line only."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    before: Mapping[str, str] = {}
    for row in rows(specs):
        same = before.get("portal") == row["portal"]
        hidden = {"portal", "protocol", "auth", "success"} if same else set()
        cells = ["" if name in hidden else row[name].replace("|", "\\|") for name in COLUMNS]
        lines.append(f"| {' | '.join(cells)} |")
        before = row
    return "\n".join(lines) + "\n"


def placed(page: str, table: str) -> str:
    """A page with the table between its markers. Raises ConfigError when it has none."""
    before, begins, rest = page.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise ConfigError(
            "the page has no place for the table", do=f"write {BEGINS.strip()} and {ENDS.strip()} into it"
        )
    return f"{before}{begins}\n{table}\n{ends}{after}"


def _protocol(said: Mapping[str, Any]) -> str:
    names = [str(said["protocol"]), *(["X-Road"] if "exchange" in said else [])]
    return ", ".join([*names, *(["signed"] if said.get("security", {}).get("sign") else [])])


def _auth(said: Mapping[str, Any]) -> str:
    auth, every = said.get("auth", {}), said.get("every_request", {})
    carried = [*every.get("headers_from_connection", ()), *every.get("body_from_connection", ())]
    kind = auth.get("kind", "none")
    parts = [kind] if kind != "none" or not carried else []
    return " + ".join([*parts, *([auth["also_send"]] if "also_send" in auth else []), *carried])


def _paging(said: Mapping[str, Any]) -> str:
    kind = str(said["kind"])
    if kind == "page":
        return f"page from {said.get('first', 0)}"
    if kind == "start_end":
        return "start_end" if "page_size" in said else "start_end, -1 and -1"
    if kind == "date_window":
        return f"windows of {said['days']} days, {_paging(said.get('each', {'kind': 'whole'}))}"
    return kind.replace("_", " ")


def _asked(spec: PortalSpec, stream: StreamSpec) -> str:
    if spec.protocol == "files":
        return "file by file"
    return _paging(stream.document.content.get("paging", {"kind": "whole"}))


def _changes(spec: PortalSpec, stream: StreamSpec) -> str:
    if spec.protocol == "files":
        return "each file once"
    if stream.for_each:
        return f"each of {stream.for_each.stream}, by hash"
    if stream.acknowledge:
        return "until acknowledged"
    if stream.incremental:
        return f"{stream.incremental.kind.replace('_', ' ')} ({stream.incremental.by})"
    return "whole list, by hash"


def _success(spec: PortalSpec) -> str:
    said = spec.said.get("answer", {}).get("success", {})
    rules = [f"{member} = {_values(values)}" for member, values in said.items()]
    usual = {"soap": "HTTP status, no Fault", "files": "the table is whole"}.get(spec.protocol, "HTTP status")
    return " and ".join(rules) or usual


def _values(values: Any) -> str:
    listed = values if isinstance(values, list) else [values]
    return " or ".join(f"`{value!r}`" for value in listed)


def _format(stream: StreamSpec) -> str:
    kinds = [stream.form.kind, *(each.kind for each in stream.form.unwrap)]
    return " with ".join([kinds[0], *(f"{kind} inside a text" for kind in kinds[1:])])


def _main(page: Path) -> None:
    folders = (HOME / "mappings",)
    specs = [load_portal(folders, name) for name in portal_names(folders)]
    page.write_text(placed(page.read_text("utf-8"), markdown(specs)), "utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
