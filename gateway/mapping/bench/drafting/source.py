"""Bytes nobody has described yet: which format they are in, and where their records lie."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connectors.errors import PortalError
from gateway import vocabulary
from gateway.errors import ConfigError

Said = dict[str, Any]


def header(portal: str, stream: str, file: Path) -> Said:
    """What a stream file must say before its fields, as far as the bytes show it. Raises ConfigError for unknown bytes."""
    return {
        "stream": stream,
        "name": {"vi": "TODO", "en": "TODO"},
        "into": "TODO",
        "request": {"get": "/TODO"},
        **_of_bytes(f"{portal}/{stream}", file),
    }


def _of_bytes(name: str, file: Path) -> Said:
    kind = file.suffix.removeprefix(".").lower()
    readers = {"json": _json, "xml": _xml, "csv": _csv}
    if kind not in readers:
        raise ConfigError(
            f"how a file {file.suffix or 'without an ending'} is to be read cannot be seen",
            where=f"{name}: {file}",
            do="write the stream's file up to `records` first, then draft its fields",
        )
    try:
        return readers[kind](file)
    except (ValueError, csv.Error, PortalError) as error:
        raise ConfigError(
            f"not {kind} ({type(error).__name__})", where=f"{name}: {file}", do="keep a whole answer"
        ) from None


def _json(file: Path) -> Said:
    return {"records": _longest_list(json.loads(file.read_bytes().decode("utf-8-sig")))}


def _xml(file: Path) -> Said:
    from connectors.xml import reading as xml

    return {"format": "xml", "records": _longest_list(xml.plain(file.read_bytes()))}


def _csv(file: Path) -> Said:
    text = file.read_bytes().decode("utf-8-sig")
    delimiter = csv.Sniffer().sniff(text[:4096], delimiters=",;\t|").delimiter
    columns = [name for name in next(csv.reader(text.splitlines(), delimiter=delimiter)) if name]
    table = {"columns": columns, "encoding": "utf-8-sig", "delimiter": delimiter}
    vocabulary.form({"request": {}, "format": "csv", "records": ".", "table": table})
    return {"format": "csv", "table": table, "records": "."}


def _longest_list(document: Any) -> str:
    """The dotted path of the list with most objects; `.` where the document itself is the list, or the one record."""
    if isinstance(document, list):
        return "."
    return max(_lists(document, ""), key=lambda each: each[1], default=(".", 0))[0]


def _lists(value: Any, above: str) -> Iterator[tuple[str, int]]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        path = f"{above}.{name}" if above else name
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield path, len(inner)
        yield from _lists(inner, path)
