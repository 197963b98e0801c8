"""Imports run one way, and each kind of thing stays in its folder."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"dags", "gateway", "connectors", "sandbox", "tests", "mappings", "schemas"}
MAY_IMPORT = {
    "dags": {"gateway"},
    "gateway": {"connectors", "gateway"},
    "connectors": {"connectors"},
    "sandbox": {"sandbox"},
}
HEAVY = ("sqlalchemy", "psycopg", "pyarrow", "lxml", "zeep", "requests", "numpy", "rapidfuzz")


def _files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _imported(path: Path) -> Iterator[str]:
    """Full names of all modules a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or ""


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_run_one_way(folder: str) -> None:
    assert _files(folder)
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _files(folder)
        for name in _imported(path)
        if name.split(".")[0] in OURS - MAY_IMPORT[folder]
    ]
    assert wrong == []


def test_only_dags_and_one_module_know_airflow() -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for folder in MAY_IMPORT
        for path in _files(folder)
        if any(name.split(".")[0] == "airflow" for name in _imported(path))
    }
    assert {path for path in knowing if not path.startswith("dags/")} == {"gateway/airflow.py"}


def test_connectors_know_no_table_and_no_database() -> None:
    forbidden = {"sqlalchemy", "psycopg", "alembic", "yaml", "typer"}
    assert [
        path.name for path in _files("connectors") if forbidden & {name.split(".")[0] for name in _imported(path)}
    ] == []


@pytest.mark.parametrize("folder", ["mappings", "schemas"])
def test_data_folders_hold_no_program(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert files
    samples = {path for path in files if path.parent.name == "golden"}
    assert {path.suffix for path in {*files} - samples} <= {".yaml", ".tsv", ".json", ".xsd", ".wsdl"}
    assert {path.suffix for path in samples} <= {".json", ".xml", ".csv", ".xlsx"}
    assert not [path for path in files if path.stat().st_mode & 0o111]


def test_a_dag_file_is_parsed_without_heavy_imports() -> None:
    """`gateway.airflow` beside Airflow itself brings neither driver nor parser."""
    program = (
        "import sys; import airflow.sdk; before = set(sys.modules); import gateway.airflow;"
        f" print(sorted(set({HEAVY!r}) & (set(sys.modules) - before)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert ended.stdout.strip().splitlines()[-1] == "[]"


def test_the_helper_of_this_test_sees_imports_inside_functions(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("import a.b\nfrom c import d\ndef f():\n    import e\n    from g.h import i\n", "utf-8")
    assert list(_imported(file)) == ["a.b", "c", "e", "g.h"]
