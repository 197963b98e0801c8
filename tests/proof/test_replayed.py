"""Recorded answers through two sets of mappings: each difference is a line, and only approved ones pass."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from proof import replayed
from tests.helpers.house import ROOT, replace_in


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A copy of the mappings, to be what they were."""
    return Path(shutil.copytree(ROOT / "mappings", tmp_path / "mappings"))


def test_the_same_mappings_differ_in_nothing(before: Path) -> None:
    line = replayed.judged(before, ["an approval nobody needs any more"])
    assert line.passed
    assert line.measured.startswith("0 differences over ")


CHANGES: dict[str, tuple[str, str, str, list[str]]] = {
    "another member": (
        "province/agencies.yaml",
        "source_id:   {from: id,",
        "source_id:   {from: code,",
        ["province/agencies source_id: 3 of 3 records"],
    ),
    "a code that was not known": (
        "crosswalks/province_status.tsv",
        "\n2\t",
        "\n222\t",
        ["province/dossiers refused: "],
    ),
    "a column of a part": (
        "national/procedures.yaml",
        "form_name:               {from: TENMAUDON,",
        "form_name:               {from: TENGIAYTO,",
        ["national/procedures component.form_name: 1 of 2 records"],
    ),
    "records from elsewhere": (
        "province/agencies.yaml",
        "records: content",
        "records: .",
        ["province/agencies: 3 records, before 1"],
    ),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_told_by_column(kind: str, before: Path) -> None:
    file, now, then, expected = CHANGES[kind]
    replace_in(before / file, now, then)
    line = replayed.judged(before, [])
    assert not line.passed
    assert line.detail
    for each in expected:
        assert any(said.startswith(each) for said in line.detail), line.detail
    assert all(said.startswith(expected[0].split()[0].rstrip(":")) for said in line.detail)


def test_exactly_the_approved_ones_pass(before: Path) -> None:
    file, now, then, expected = CHANGES["another member"]
    replace_in(before / file, now, then)
    assert replayed.judged(before, expected).passed
    more = replayed.judged(before, [*expected, "province/agencies agency_name: 1 of 3 records"])
    assert not more.passed
    assert more.detail == ("approved, but not found: province/agencies agency_name: 1 of 3 records",)


def test_streams_that_came_and_went(before: Path) -> None:
    (before / "province" / "agencies.yaml").rename(before / "province" / "units.yaml")
    replace_in(before / "province" / "units.yaml", "stream: agencies", "stream: units")
    assert replayed.judged(before, []).detail == (
        "province/agencies: a new stream",
        "province/units: no longer there",
    )


def test_approved_lines_are_read_without_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "approved.txt"
    file.write_text("# why\n\n a/b c: 1 of 1 records \n", "utf-8")
    monkeypatch.setattr(replayed, "APPROVED", file)
    assert replayed.approved() == ["a/b c: 1 of 1 records"]


def test_the_mappings_of_a_revision(tmp_path: Path, before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository of its own: what is committed there is what they were."""
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@invalid commit -q -m before"):
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True, timeout=60)
    monkeypatch.setattr(replayed, "ROOT", tmp_path)
    assert replayed.measure("HEAD").passed
    missing = replayed.measure("nowhere")
    assert not missing.passed
    assert missing.detail == ("no mappings of revision nowhere → name a revision, or a folder, with --against",)


def test_without_git_nothing_is_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert not replayed.measure("HEAD").passed
    assert replayed.measure(str(ROOT / "mappings")).passed
