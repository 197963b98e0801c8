"""The reference pages against the code they describe."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from connectors.errors import ExplainedError
from gateway import errors, vocabulary
from gateway.crosswalks import codelists
from gateway.delivery.spec import read_delivery
from gateway.mapping import crosswalk
from gateway.mapping.compile import compile_mapping
from gateway.portals import load_portal
from gateway.publish.contract import Contract, load_contracts
from gateway.store import ops, xref  # noqa: F401  # xref: its tables belong to the metadata
from gateway.store.core import BOOKKEEPING, metadata
from tests.docs.pages import ROOT, blocks, own_pages, read, words

SCHEMA = json.loads(read("schemas/mapping.schema.json"))
DELIVERY = json.loads(read("schemas/delivery.schema.json"))
LANGUAGE = words(read("docs/reference/mapping-language.md"))
DATASETS = read("docs/reference/datasets.md")
TABLES = read("docs/reference/tables.md")


def _found(node: Any, name: str) -> Iterator[Any]:
    if isinstance(node, dict):
        if name in node:
            yield node[name]
        for value in node.values():
            yield from _found(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _found(value, name)


def test_mapping_language_has_every_key() -> None:
    keys = {key for properties in _found(SCHEMA["$defs"], "properties") for key in properties}
    assert len(keys) > 50
    assert keys - LANGUAGE == set()


def test_delivery_language_has_every_word() -> None:
    keys = {key for properties in _found(DELIVERY["$defs"], "properties") for key in properties}
    values = {value for enum in _found(DELIVERY["$defs"], "enum") for value in enum}
    assert {"read_back", "visible_within"} <= keys
    assert "exists" in values
    assert (keys | values) - words(read("docs/reference/delivery-language.md")) == set()


def test_the_example_of_the_delivery_language_is_one(tmp_path: Path) -> None:
    [example] = blocks(read("docs/reference/delivery-language.md"), "yaml")
    file = tmp_path / "dossiers.yaml"
    file.write_text(example, "utf-8")
    assert read_delivery(load_portal((ROOT / "mappings",), "national"), file).target == "national/dossiers"


def test_mapping_language_has_every_word_of_a_closed_list() -> None:
    values = {value for enum in _found(SCHEMA["$defs"], "enum") for value in enum}
    assert {"money", "oauth2_password", "whole"} <= values
    assert values - LANGUAGE == set()


@pytest.mark.parametrize("kind", SCHEMA["$defs"]["field"]["properties"]["type"]["enum"])
def test_each_type_has_a_row(kind: str) -> None:
    assert f"\n| `{kind}` | " in read("docs/reference/mapping-language.md")


def test_the_guides_example_is_a_portal(tmp_path: Path) -> None:
    portal, stream = blocks(read("docs/guides/add-a-portal.md"), "yaml")[:2]
    folder, crosswalks = tmp_path / "myportal", tmp_path / "crosswalks"
    folder.mkdir()
    crosswalks.mkdir()
    (folder / "portal.yaml").write_text(portal, "utf-8")
    (folder / "dossiers.yaml").write_text(stream, "utf-8")
    (crosswalks / "my_status.tsv").write_text(read("mappings/crosswalks/province_status.tsv"), "utf-8")
    spec = load_portal((tmp_path,), "myportal")
    assert [compile_mapping(each).key for each in spec.streams] == [0]


def _parts_of_the_guide() -> list[Any]:
    """The pieces of YAML that show other kinds of portals; the first two blocks are the portal that a test follows."""
    return [yaml.safe_load(block) for block in blocks(read("docs/guides/add-a-portal.md"), "yaml")[2:]]


@pytest.mark.parametrize("said", _parts_of_the_guide(), ids=lambda said: "-".join(said))
def test_each_piece_of_the_guide_is_of_the_language(said: dict[str, Any]) -> None:
    of_portal, of_stream = (SCHEMA["$defs"][name]["properties"] for name in ("portal", "stream"))
    known = of_portal if said.keys() <= of_portal.keys() else of_stream
    judge = Draft202012Validator({"$defs": SCHEMA["$defs"], "properties": known, "additionalProperties": False})
    assert [error.message for error in judge.iter_errors(said)] == []
    for name in ("auth", "network", "paging", "incremental"):
        assert name not in said or getattr(vocabulary, name)(said[name])
    assert "table" not in said or vocabulary.form(said).table


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.fullname)
def test_each_table_is_described(table: Any) -> None:
    section = re.search(rf"^### {re.escape(table.fullname)}\n(.*?)(?=^##|\Z)", TABLES, re.MULTILINE | re.DOTALL)
    assert section, f"no section {table.fullname}"
    is_entity = "source_hash" in table.columns
    common = {*BOOKKEEPING, f"{table.name}_id"} if is_entity else set()
    assert {column.name for column in table.columns} - common - words(section[1]) == set()


def test_tables_page_has_every_schema_and_no_table_too_many() -> None:
    assert set(ops.SCHEMAS) <= words(TABLES)
    assert set(re.findall(r"^### (\S+)", TABLES, re.MULTILINE)) == {table.fullname for table in metadata.sorted_tables}


@pytest.mark.parametrize("contract", load_contracts(ROOT / "schemas"), ids=lambda contract: contract.name)
def test_each_data_set_is_described(contract: Contract) -> None:
    section = re.search(rf"^## {contract.name}\n(.*?)(?=^## |\Z)", DATASETS, re.MULTILINE | re.DOTALL)
    assert section, f"no section {contract.name}"
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\w+) \|", section[1], re.MULTILINE)
    assert rows == [(column.name, column.title, column.type) for column in contract.columns]


def test_crosswalk_page_has_every_column_and_our_lists() -> None:
    page = words(read("docs/reference/crosswalks.md"))
    assert {*crosswalk.COLUMNS, *crosswalk.ABOUT, *codelists.COLUMNS} - page == set()
    targets = {sheet.about["object_source"] for sheet in _sheets() if "object_source" in sheet.about}
    assert targets - {"service_level_before_2022"} <= page


def _sheets() -> list[crosswalk.Sheet]:
    return [crosswalk.read(path) for path in (ROOT / "mappings" / "crosswalks").glob("*.tsv")]


def test_environment_has_every_variable_and_none_too_many() -> None:
    files = [path for folder in ("gateway", "connectors", "sandbox", "dags") for path in (ROOT / folder).rglob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in [*files, ROOT / "Makefile"])
    named = set(re.findall(r"\bGATEWAY_[A-Z]+(?:_[A-Z]+)*\b", text))
    named -= set(re.findall(r"^(GATEWAY_[A-Z_]+)\b.* = ", text, re.MULTILINE))  # names in our code
    documented = set(re.findall(r"`(GATEWAY_[A-Z_]+)`", read("docs/reference/environment.md")))
    assert documented == named
    everywhere = {name for page in own_pages() for name in re.findall(r"GATEWAY_[A-Z_]+", page.read_text("utf-8"))}
    assert everywhere <= named


def test_exit_codes_are_those_of_the_errors() -> None:
    rows = {int(code) for code in re.findall(r"^\| (\d+) \|", read("docs/reference/environment.md"), re.MULTILINE)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ExplainedError)]
    assert {kind.exit_code for kind in kinds} <= rows
    assert rows == {0, 1, 2, 3, 4, 5, 130}


def test_each_dependency_has_a_reason() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    names = {re.split(r"[\[<>=~ ]", each)[0].lower() for each in wanted}
    rows = set(re.findall(r"^\| `([\w-]+)` \|", read("docs/decisions/0007-direct-dependencies.md"), re.MULTILINE))
    assert rows == names


def test_each_decision_is_listed_and_whole() -> None:
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", read("docs/decisions/README.md"))
    files = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert listed == files
    for name in files:
        text = read(f"docs/decisions/{name}")
        assert text.startswith(f"# {name[:4]} ")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**Also considered.**"):
            assert part in text, f"{name} lacks {part}"
