"""Outside programs read what was published; what they say is compared with what the database holds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.publish.contract import Contract
from gateway.publish.query import rows_sql
from gateway.publish.workbook import CUT, LONGEST
from tests.helpers.house import ROOT, House

SHAPES = ROOT.parent / "shared" / "shapes"
PYTHON = ROOT / ".judges" / "bin" / "python"
needs_judges = pytest.mark.skipif(not PYTHON.exists(), reason="needs the outside judges: make judges")
CKAN = ROOT / ".ckan" / "bin" / "python"
needs_ckan = pytest.mark.skipif(not CKAN.exists(), reason="needs CKAN's harvester: make judges")
needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="needs LibreOffice: apt-get install --no-install-recommends libreoffice-calc-nogui",
)

Row = list[Any]


def heard(judge: str, datasets: Path) -> dict[str, dict[str, Any]]:
    """What a judge says of each set of a folder; it runs in its own environment and sees nothing of ours."""
    program = ROOT / "tests" / "judges" / f"by_{judge}.py"
    command = [str(PYTHON), "-B", str(program), str(datasets)]
    theirs = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    ended = subprocess.run(command, env=theirs, capture_output=True, text=True, timeout=180, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    told: dict[str, dict[str, Any]] = json.loads(ended.stdout)
    return told


def harvested(path: Path) -> dict[str, dict[str, Any]]:
    """What CKAN's harvester makes of a catalogue: language → set → its dataset dict."""
    program = ROOT / "tests" / "judges" / "by_ckan.py"
    ended = subprocess.run(
        [str(CKAN), "-B", str(program), str(path)], capture_output=True, text=True, timeout=180, check=False
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    found: dict[str, dict[str, Any]] = json.loads(ended.stdout)
    return found


def broken_shapes(path: Path) -> list[str]:
    """What pySHACL says that a file of linked data breaks: the catalogue of DCAT-AP's shapes, the services of CPSV-AP's."""
    shapes = SHAPES / {"catalogue": "dcat-ap-3.0.1-shapes.ttl", "services": "cpsv-ap-3.2.0.ttl"}[path.stem]
    if not shapes.exists():
        pytest.skip(f"the shapes ../shared/shapes/{shapes.name} are not on this machine")
    program = ROOT / "tests" / "judges" / "by_shacl.py"
    command = [str(PYTHON), "-B", str(program), str(shapes), str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    found: list[str] = json.loads(ended.stdout)[str(path)]
    return found


def held(house: House, contract: Contract) -> list[Row]:
    """The rows of a set as the database holds them, as a judge must tell them."""
    return [[_plain(value) for value in row] for row in house.rows(rows_sql(contract).replace(":", "\\:"))]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def shown(row: Row, kinds: list[str]) -> Row:
    """A row as a workbook can show it."""
    return [value if value is None else _SHOWN.get(kind, _same)(value) for value, kind in zip(row, kinds, strict=True)]


def _same(value: Any) -> Any:
    return value


def _text(value: str) -> str:
    said = value.replace("\r\n", "\n").replace("\x0b", "\ufffd")
    return said if len(said) <= LONGEST else said[: LONGEST - len(CUT)] + CUT


def _to_the_millisecond(value: str) -> str:
    return f"{value[:23]}000{value[26:]}"


_SHOWN = {"string": _text, "array": "; ".join, "timestamp": _to_the_millisecond}


def different(told: list[Row], expected: list[Row], names: list[str]) -> list[str]:
    """Where a judge and the database differ: row, column, and both values."""
    if len(told) != len(expected):
        return [f"{len(told)} rows instead of {len(expected)}"]
    return [
        f"row {number}, {name}: {one!r:.80} instead of {other!r:.80}"
        for number, (ours, theirs) in enumerate(zip(told, expected, strict=True), 1)
        for name, one, other in zip(names, ours, theirs, strict=True)
        if (type(one), one) != (type(other), other)
    ]
