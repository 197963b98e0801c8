"""A stream's file becomes functions: what it may say, what each line reads, what is remembered, what drifts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.errors import ConfigError
from gateway.mapping import crosswalk, members
from gateway.mapping.compile import Mapping, compile_mapping
from gateway.mapping.reject import Reject, Unfit
from gateway.portals import load_portal
from gateway.records import HASH, Chunk, Origin, Pages
from gateway.runs import Progress
from tests.helpers import texts

HEAD = """\
stream: agencies
name: {vi: Thử, en: Test}
into: agency
request: {get: /a}
records: items
"""
CODES = "\t".join(crosswalk.COLUMNS) + "\n" + "".join(
    "\t".join([source, "", "", ours, label, *[""] * 6]) + "\n"
    for source, ours, label in (("1", "one", "First"), ("true", "true", ""), ("0", "false", ""))
)  # fmt: skip


@pytest.fixture
def compiled(tmp_path: Path) -> Any:
    """Compiles the text of a stream file's fields (or of more)."""
    folder = tmp_path / "mappings"
    (folder / "test").mkdir(parents=True)
    (folder / "crosswalks").mkdir()
    (folder / "crosswalks" / "level.tsv").write_text(CODES, "utf-8")
    (folder / "test" / "portal.yaml").write_text(texts.PORTAL, "utf-8")

    def _compile(said: str, head: str = HEAD) -> Mapping:
        (folder / "test" / "agencies.yaml").write_text(head + said, "utf-8")
        [stream] = load_portal((folder,), "test").streams
        return compile_mapping(stream)

    return _compile


REQUIRED = "fields:\n  agency_code: {from: code, type: code}\n  agency_name: {from: name, type: line}\n"


def _members(**values: Any) -> dict[str, msgspec.Raw]:
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in values.items()}


def _row(mapping: Mapping, **values: Any) -> dict[str, Any]:
    return dict(zip(mapping.columns, mapping.apply(_members(**values)).values, strict=True))


def test_columns_come_in_the_order_of_the_file(compiled: Any) -> None:
    mapping = compiled(
        REQUIRED + "  level_name: {from: level.name, first: true}\n  source_id: {from: id, type: code}\n"
    )
    assert mapping.columns == ["agency_code", "agency_name", "level_name", "source_id"]
    assert mapping.key == 0
    row = _row(mapping, id=7, name=" a  b ", code="A", level=[{"name": "x"}])
    assert row == {"agency_code": "A", "agency_name": "a b", "level_name": "x", "source_id": "7"}


def test_the_key_may_stand_anywhere(compiled: Any) -> None:
    mapping = compiled("fields:\n  agency_name: {from: name, type: line}\n  agency_code: {from: code, type: code}\n")
    assert mapping.key == 1
    assert mapping.key_of(_members(code=" A ")) == "A"


def test_a_field_alone(compiled: Any) -> None:
    """One group of one field, where putting in order has nothing to do."""
    mapping = compiled(
        "fields:\n  field_code: {from: a.code, type: code}\n  field_name: {from: a.name}\n",
        HEAD.replace("into: agency", "into: field"),
    )
    assert mapping.apply(_members(a={"code": 1, "name": "x"})).values == ("1", "x")


@pytest.mark.parametrize(
    ("said", "record", "found"),
    [
        ("{from: [a, b.c]}", {"a": "", "b": {"c": "x"}}, "x"),
        ("{from: [a, b.c]}", {"a": "y", "b": {"c": "x"}}, "y"),
        ("{from: a}", {}, None),
        ("{from: a}", {"a": None}, None),
        ("{from: a}", {"a": ""}, None),
        ("{from: a, type: line}", {"a": " \n "}, None),
        ("{from: a}", {"a": " "}, " "),
        ("{const: hằng}", {}, "hằng"),
        ("{const: null}", {}, None),
        ("{from: a, lookup: level, type: code}", {"a": "1"}, "one"),
        ("{from: a, lookup: level, type: code}", {"a": 1}, "one"),
        ("{from: a, begins: X}", {"a": "Xy"}, "Xy"),
        ("{from: a, begins: X}", {"a": "y"}, None),
        ("{from: a, join: {take: t, with: -}}", {"a": [{"t": "x"}, {"t": "y"}]}, "x-y"),
        ("{from: a, pick: {where: {k: 1}, take: t}}", {"a": [{"k": 2, "t": "n"}, {"k": 1, "t": "y"}]}, "y"),
        ("{from: a, first: true}", {"a": ["x", "y"]}, "x"),
    ],
)
def test_a_line_reads(said: str, record: dict[str, Any], found: Any, compiled: Any) -> None:
    mapping = compiled(REQUIRED + f"  level_name: {said}\n")
    for _ in range(2):  # read, then remembered
        assert _row(mapping, code="A", name="n", **record)["level_name"] == found


@pytest.mark.parametrize(
    ("said", "value", "found"),
    [
        ("{from: a, type: bool}", 1, True),
        ("{from: a, lookup: level, type: bool}", True, True),
        ("{from: a, lookup: level, type: bool}", "0", False),
    ],
)
def test_yes_and_no(said: str, value: Any, found: bool, compiled: Any) -> None:
    row = _row(compiled(REQUIRED + f"  is_active: {said}\n"), code="A", name="n", a=value)
    assert row["is_active"] is found


REFUSED: list[tuple[str, dict[str, Any], tuple[str, str, str]]] = [
    ("{from: a, required: true}", {}, ("required, but absent or empty", "a", "")),
    ("{from: a, required: true, type: line}", {"a": "  "}, ("required, but absent or empty", "a", "")),
    ("{from: [a, b]}", {"a": 5}, ("expected text, found a number", "a or b", "5")),
    ("{from: a.b}", {"a": "x"}, ("no object above 'b'", "a.b", "None")),
    ("{from: a, lookup: level, type: code}", {"a": "9"}, ("a code that crosswalk level does not know", "a", "9")),
    (
        "{from: a, classified: personal}",
        {"a": 5},
        ("expected text, found a number", "a", "(1 characters, sha256 ef2d127de37b…)"),
    ),
]


@pytest.mark.parametrize(("said", "record", "expected"), REFUSED)
def test_a_line_refuses(said: str, record: dict[str, Any], expected: tuple[str, str, str], compiled: Any) -> None:
    mapping = compiled(REQUIRED + f"  level_name: {said}\n")
    for _ in range(2):  # a refusal is not remembered
        with pytest.raises(Reject) as caught:
            mapping.apply(_members(code="A", name="n", **record))
        assert (caught.value.reason, caught.value.path, caught.value.value) == expected
    assert mapping.key_of(_members(code="A", name="n", **record)) == "A"


def test_an_unreadable_member_is_refused_with_its_name(compiled: Any) -> None:
    mapping = compiled(REQUIRED)
    record = {"code": msgspec.Raw(b"nul"), "name": msgspec.Raw(b'"n"')}
    with pytest.raises(Reject) as caught:
        mapping.apply(record)
    assert (caught.value.reason, caught.value.path, caught.value.value) == (
        "not readable (BrokenAnswer)",
        "code, name",
        "",
    )
    assert mapping.key_of(record) is None


def test_the_hash_is_of_what_is_said(compiled: Any) -> None:
    mapping = compiled(REQUIRED)
    one, same, other = (mapping.apply(_members(**each)).content_hash for each in (
        {"code": "A", "name": "n", "more": 1}, {"name": "n", "code": " A"}, {"code": "A", "name": "m"},
    ))  # fmt: skip
    assert one == same != other
    assert len(one) == 16


WRONG: dict[str, tuple[str, str]] = {
    "no such column": (REQUIRED + "  nonsense: {from: a}\n", "agency has no column 'nonsense'"),
    "a needed column is missing": ("fields:\n  agency_code: {from: code}\n", "agency needs agency_name"),
    "a needed column is empty": (
        REQUIRED.replace("{from: name, type: line}", "{const: null}"),
        "agency_name may not be empty",
    ),
    "a type that does not fit": (
        REQUIRED + "  is_active: {from: a, type: int}\n",
        "is_active cannot take type 'int' → use one of bool",
    ),
    "no type where none fits": (REQUIRED + "  is_active: {from: a}\n", "is_active cannot take type 'text'"),
    "no such crosswalk": (REQUIRED + "  level_name: {from: a, lookup: other}\n", "no such crosswalk"),
    "a part of another entity": (
        REQUIRED + "parts:\n  step:\n    each: a\n    fields: {step_text: {from: .}}\n",
        "step",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_file_that_cannot_work(kind: str, compiled: Any) -> None:
    said, expected = WRONG[kind]
    with pytest.raises(ConfigError) as caught:
        compiled(said)
    assert expected in str(caught.value)
    assert "mappings" in str(caught.value)


def test_no_such_entity(compiled: Any) -> None:
    with pytest.raises(ConfigError, match="no entity 'ghost'"):
        compiled(REQUIRED, HEAD.replace("into: agency", "into: ghost"))


def test_only_so_much_is_remembered(compiled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "REMEMBER", 2)
    [group] = members.grouped([compiled(REQUIRED + "  level_name: {from: a.b}\n").fields[2]])[0]
    for number in (1, 2, 3, 1):
        assert group.values(_members(a={"b": str(number)})) == (str(number),)
    assert len(group.remembered or {}) == 2


CROSSWALK = "\t".join(crosswalk.COLUMNS)


def _crosswalk(tmp_path: Path, *rows: str) -> crosswalk.Crosswalk:
    file = tmp_path / "level.tsv"
    file.write_text("\n".join([CROSSWALK, *rows]) + "\n", "utf-8")
    return crosswalk.load(file)


def test_a_crosswalk_translates(tmp_path: Path) -> None:
    found = _crosswalk(tmp_path, "1\tx\t\tone\tFirst" + "\t" * 6, "true\t\t\tyes\tYes" + "\t" * 6)
    assert (found.name, found.codes, found.labels) == (
        "level",
        {"1": "one", "true": "yes"},
        {"one": "First", "yes": "Yes"},
    )
    assert [found.convert(value) for value in (1, " 1 ", True)] == ["one", "one", "yes"]
    for unknown in (False, "2", "True"):
        with pytest.raises(Unfit, match="a code that crosswalk level does not know"):
            found.convert(unknown)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["\t\t\tone" + "\t" * 7], ":2: subject_id and object_id must both be filled"),
        (["1\t\t\t" + "\t" * 7], ":2: subject_id and object_id must both be filled"),
        (["1\t\t\tone" + "\t" * 7, "1\t\t\ttwo" + "\t" * 7], ":3: code '1' stands twice"),
    ],
    ids=["no source", "no target", "twice"],
)
def test_a_crosswalk_that_cannot_work(rows: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _crosswalk(tmp_path, *rows)
    assert said in str(caught.value)


def _raws(*texts: str) -> list[msgspec.Raw]:
    return [msgspec.Raw(text.encode()) for text in texts]


def test_records_know_their_page_and_number() -> None:
    pages = Pages(b"print", Progress(0))
    pages.add(_raws("{}", "[]"), Origin(7, 3))
    pages.add(_raws("{}"), Origin(8, 0, {"code": "A"}))
    pages.add(_raws(""), Origin(9, 5, refusal="no"))
    found = [pages.source(number) for number in range(4)]
    assert [(each.page_id, each.number, each.refusal) for each in found] == [
        (7, 3, None),
        (7, 4, None),
        (8, 0, None),
        (9, 5, "no"),
    ]
    assert [bytes(each.raw) for each in found] == [b"{}", b"[]", b"{}", b""]
    assert [each.source_hash for each in found] == pages.hashes
    assert {len(each) for each in pages.hashes} == {HASH}


def test_a_hash_is_of_mapping_bytes_and_what_was_asked() -> None:
    def _hashes(print_: bytes, text: str, asked: dict[str, Any] | None) -> tuple[bytes, bytes]:
        pages = Pages(print_, Progress(0))
        pages.add(_raws(text), Origin(1, 0, asked))
        return pages.hashes[0], pages.source(0).record_hash

    one, record = _hashes(b"a", "{}", None)
    assert _hashes(b"a", "{}", None) == (one, record)
    assert _hashes(b"b", "{}", None) == (_hashes(b"b", "{}", None)[0], record)
    others = {_hashes(b"b", "{}", None)[0], _hashes(b"a", "[]", None)[0], _hashes(b"a", "{}", {"x": 1})[0]}
    assert len(others | {one}) == 4
    assert _hashes(b"a", "{}", {"x": 1})[1] != record


def test_a_chunk_has_the_rows_of_all_rounds() -> None:
    chunk = Chunk(Progress(1), 0)
    assert (chunk.rows, chunk.refused, chunk.skipped, chunk.repeated, chunk.newest) == ([], [], [], [], None)
    chunk.rounds = [["a"], [], ["b", "c"]]  # type: ignore[list-item]
    assert chunk.rows == ["a", "b", "c"]
