"""How commands print: a table on a terminal, plain tab-separated lines elsewhere, JSON when asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import typer

AsJson = typer.Option("--json", help="Print JSON, for programs.")


def table(title: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], as_json: bool = False) -> None:
    """Print rows under their columns."""
    listed = [{name: plain(row[name]) for name in columns} for row in rows]
    if as_json:
        document(listed)
    elif sys.stdout.isatty():
        _draw(title, columns, listed)
    else:
        print("\t".join(columns))
        for row in listed:
            print("\t".join("" if row[name] is None else str(row[name]) for name in columns))


def document(value: Any) -> None:
    """Print JSON that is no table."""
    print(as_json(value))


def as_json(value: Any) -> str:
    """JSON for people to read, too."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_told)


def _told(value: Any) -> Any:
    found = plain(value)
    return str(value) if found is value else found  # a number of exact decimals


def _draw(title: str, columns: Sequence[str], rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    drawn = Table(title=title, title_justify="left", header_style="bold")
    for name in columns:
        numeric = rows and all(isinstance(row[name], int) for row in rows)
        drawn.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*("" if row[name] is None else str(row[name]) for name in columns))
    Console().print(drawn)


def plain(value: Any) -> Any:
    """A value as it is printed: ISO times, hashes in hex."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
