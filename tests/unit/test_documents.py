"""YAML a person wrote: every mistake is told with file and line; crosswalks likewise."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.documents import Document, as_tuple
from gateway.errors import ConfigError
from gateway.mapping import crosswalk
from gateway.mapping.reject import Unfit
from gateway.portals import SCHEMA
from gateway.vocabulary import seconds

HEADER = "\t".join(crosswalk.COLUMNS)


def _document(tmp_path: Path, text: str) -> Document:
    file = tmp_path / "file.yaml"
    file.write_text(text, "utf-8")
    return Document(file)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Document(tmp_path / "absent.yaml")
    assert str(caught.value) == f"{tmp_path / 'absent.yaml'}: no such file → add it, or correct its name"


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3\n", "x:\n  b: {c: 1}\n  b: 2\n"])
def test_a_key_that_stands_twice(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _document(tmp_path, text)
    key = "a" if text.startswith("a") else "b"
    assert str(caught.value) == f"{tmp_path / 'file.yaml'}:3: key '{key}' stands twice → correct the YAML"


def test_a_yaml_tag_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="could not determine a constructor"):
        _document(tmp_path, "a: !!python/object/apply:os.getcwd []\n")


def test_lines_of_parts(tmp_path: Path) -> None:
    document = _document(tmp_path, "a: 1\nlist:\n  - x: 1\n  - x: 2\n    y: 3\n")
    assert document.line(["a"]) == 1
    assert document.line(["list"]) == 2
    assert document.line(["list", 1, "y"]) == 5
    assert document.line(["list", 7, "y"]) == 2
    assert document.where(["list", 0]) == f"{tmp_path / 'file.yaml'}:3"


PORTAL = "portal: x\nname: {vi: a, en: b}\nconnection: c\nprotocol: rest\nschedule: '0 1 * * *'\n"


@pytest.mark.parametrize(
    ("more", "line", "says"),
    [
        ("colour: red\n", 6, "unknown key 'colour'; known here: answer, auth, connection,"),
        ("limits: {rate: fast}\n", 6, "limits.rate: 'fast' does not match"),
        ("limits:\n  rate: 5/s\n  parallel: '2'\n", 8, "limits.parallel: '2' is not of type 'integer'"),
        ("auth: {kind: kerberos}\n", 6, "'kerberos' is not one of none, basic, session_login, "),
        (
            "answer:\n  failure:\n    - {means: stop}\n    - {means: shrug}\n",
            9,
            "'shrug' is not one of sign_in_again, try_later, stop",
        ),
    ],
)
def test_a_mistake_against_the_schema(more: str, line: int, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _document(tmp_path, PORTAL + more).check(SCHEMA, "portal")
    assert str(caught.value).startswith(f"{tmp_path / 'file.yaml'}:{line}: {says}")


def test_of_several_mistakes_the_first_in_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r":6: unknown key 'zzz'"):
        _document(tmp_path, PORTAL + "zzz: 1\nlimits: {rate: fast}\n").check(SCHEMA, "portal")


def test_a_good_document_passes(tmp_path: Path) -> None:
    document = _document(tmp_path, PORTAL)
    document.check(SCHEMA, "portal")
    assert document.content["schedule"] == "0 1 * * *"


@pytest.mark.parametrize(("written", "meant"), [("30s", 30), ("1.5m", 90), ("2h", 7200), ("1d", 86400)])
def test_durations(written: str, meant: float) -> None:
    assert seconds(written) == meant


def test_one_or_many() -> None:
    assert as_tuple(None) == ()
    assert as_tuple("ab") == ("ab",)
    assert as_tuple(0) == (0,)
    assert as_tuple(["a", "b"]) == ("a", "b")


def _row(code: str, ours: str) -> str:
    return f"{code}\tx\tskos:exactMatch\t{ours}\ty\tsemapv:ManualMappingCuration\t1.0\t\t\t\t"


def _crosswalk(tmp_path: Path, *rows: str) -> crosswalk.Crosswalk:
    file = tmp_path / "state.tsv"
    file.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return crosswalk.load(file)


def test_a_crosswalk_translates_numbers_and_texts(tmp_path: Path) -> None:
    found = _crosswalk(tmp_path, _row("2", "4"), _row("1'", "fee"))
    assert found.convert(2) == found.convert(" 2 ") == "4"
    assert found.convert("1'") == "fee"


@pytest.mark.parametrize("unknown", ["99", 99, "02", "2.0"])
def test_an_unknown_code_is_never_guessed(unknown: object, tmp_path: Path) -> None:
    with pytest.raises(Unfit) as caught:
        _crosswalk(tmp_path, _row("2", "4")).convert(unknown)
    assert caught.value.reason == "a code that crosswalk state does not know"


@pytest.mark.parametrize("value", [1.5, {}, ["2"]])
def test_what_is_no_code_is_unfit(value: object, tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="expected text"):
        _crosswalk(tmp_path, _row("2", "4")).convert(value)


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ([_row("2", "4"), _row("2", "5")], 3, "code '2' stands twice"),
        ([_row("2", "")], 2, "subject_id and object_id must both be filled"),
        ([_row("", "4")], 2, "subject_id and object_id must both be filled"),
    ],
)
def test_a_mistake_in_a_crosswalk(rows: list[str], line: int, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _crosswalk(tmp_path, *rows)
    assert str(caught.value).startswith(f"{tmp_path / 'state.tsv'}:{line}: {says}")
