"""`gateway mapping draft`: how much of a mapping a draft finds by itself, and that it can be used once its blanks are filled."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.mapping.bench import samples, seen
from gateway.mapping.bench.drafting.draft import draft, lines_of
from gateway.mapping.bench.drafting.names import learn
from gateway.mapping.bench.drafting.parts import draft_parts, known_lists
from gateway.mapping.bench.reading import read
from gateway.mapping.compile import Mapping
from gateway.mapping.members import opened
from tests.bench.conftest import Site
from tests.helpers.house import ROOT

WRAPPED = {"national", "national-gateway", "national-proxy"}
"""The national catalogue in three wrappings: whoever knows one knows them all."""

Line = tuple[str, str, str]


@pytest.fixture(scope="module")
def shipped() -> list[Mapping]:
    mappings, findings = read((ROOT / "mappings",))
    assert findings == []
    return mappings


def _drafted(mapping: Mapping, known: Sequence[Mapping]) -> dict[Line, str]:
    """(table, part's list, column) → the member that the draft proposes."""
    names = learn(known, mapping.stream.portal)
    records = [opened(members, list(members)) for members in samples.members(mapping.stream)]
    found = {(mapping.entity.name, "", line.column): line.path for line in lines_of(mapping.entity, names, records)}
    for part in draft_parts(mapping.entity, known_lists(known), names, records):
        table = mapping.entity.parts[part.part].name
        found |= {(table, part.each, line.column): line.path for line in part.lines}
    return found


def _lines(mapping: Mapping) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """Every line of a mapping that reads a member."""
    for place in seen.places(mapping):
        if place.field.sources and not place.field.sources[0].startswith("@request"):
            yield (place.table.name, place.each, place.field.column), place.field.sources


def _share(mappings: Sequence[Mapping], known_to: Any) -> tuple[float, float]:
    """Of the lines of mappings the share that their drafts have; and of the drafts' lines the share that are wrong."""
    right = all_lines = proposed = 0
    for mapping in mappings:
        real, drafted = dict(_lines(mapping)), _drafted(mapping, known_to(mapping))
        right += sum(drafted.get(line) in sources for line, sources in real.items())
        all_lines += len(real)
        proposed += sum(path not in ("", "TODO") for path in drafted.values())
    return right / all_lines, 1 - right / proposed


def test_of_a_known_portal_nearly_every_line_is_found_again(shipped: list[Mapping]) -> None:
    found, wrong = _share(shipped, lambda mapping: shipped)
    print(f"known portals: {found:.1%} of the lines found, {wrong:.1%} of the draft's lines wrong")
    assert found >= 0.95
    assert wrong <= 0.07


def test_of_a_portal_nobody_has_mapped_two_lines_of_three_are_found(shipped: list[Mapping]) -> None:
    """Each portal's own files are left out of what is learnt, as if it were new."""
    others = [mapping for mapping in shipped if mapping.stream.portal not in WRAPPED]

    def _without(mapping: Mapping) -> list[Mapping]:
        return [each for each in shipped if each.stream.portal != mapping.stream.portal]

    found, wrong = _share(others, _without)
    print(f"new portals: {found:.1%} of the lines found, {wrong:.1%} of the draft's lines wrong")
    assert found >= 0.65
    assert wrong <= 0.15


def test_where_a_catalogue_of_its_own_kind_is_new_little_is_found(shipped: list[Mapping]) -> None:
    """The honest bound: the national catalogue's own words occur nowhere else."""
    wrapped = [mapping for mapping in shipped if mapping.stream.portal in WRAPPED]
    others = [mapping for mapping in shipped if mapping.stream.portal not in WRAPPED]
    found, _ = _share(wrapped, lambda mapping: others)
    print(f"the national catalogue, unknown: {found:.1%} of the lines found")
    assert 0.1 <= found < 0.5


def test_drafts_of_all_shipped_streams_are_well_written(site: Site, shipped: list[Mapping]) -> None:
    for mapping in shipped:
        file = site.mappings / mapping.stream.portal / mapping.stream.document.path.name
        head = file.read_text("utf-8").partition("\nfields:\n")[0]
        records = [opened(members, list(members)) for members in samples.members(mapping.stream)]
        file.write_text(draft(head, mapping.stream.portal, mapping.entity.name, records, shipped), "utf-8")
    errors = [row for row in site.run("check", "--json").rows if row["level"] == "error"]
    assert [row for row in errors if "blank" not in row["what"] and "TODO" not in row["where"]] == []


ANSWER = {
    "status": 1,
    "data": {
        "total": 2,
        "rows": [
            {
                "maHoSo": f"H15-26-000{number}",
                "maTTHC": "1.001234",
                "tenTTHC": "Đăng ký khai sinh",
                "trangThai": state,
                "ngayTiepNhan": "19/11/2026 08:15:00",
                "ngayHenTra": "24/11/2026",
                "hoTen": "Nguyễn Mẫu An",
                "xyz": None,
            }
            for number, state in enumerate(("CHO", "XONG"))
        ],
    },
}


def _answer(tmp_path: Path) -> Path:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(ANSWER), "utf-8")
    return file


PORTAL = """
portal: newone
name: {vi: Cổng mới, en: A new portal}
connection: portal_newone
protocol: rest
schedule: "0 2 * * *"
"""


def test_a_new_portals_answer_becomes_a_draft_that_check_takes_once_its_blanks_are_filled(
    site: Site, tmp_path: Path
) -> None:
    ended = site.run("draft", "newone", "dossiers", "--from", str(_answer(tmp_path)))
    assert ended.code == 0
    lines = {line.split(":")[0].strip(): line for line in ended.out.splitlines() if "{from:" in line}
    assert "{from: maHoSo, type: code}" in lines["dossier_code"]
    assert "{from: ngayHenTra, type: instant, format: dd/MM/yyyy}" in lines["appointment_at"]
    assert "lookup: TODO" in lines["status_code"]
    assert "# TODO" in lines["status_code"]
    assert "into: dossier" in ended.out
    assert "records: data.rows" in ended.out
    assert re.search(r"^ignored: \[.*xyz.*\]$", ended.out, re.MULTILINE)
    assert all(re.search(r"# (TODO: )?[01]\.\d\d \S", line) for line in lines.values())
    assert not re.search("Nguyễn|H15-26|khai sinh", ended.out)

    folder = site.mappings / "newone"
    folder.mkdir()
    (folder / "portal.yaml").write_text(PORTAL, "utf-8")
    (folder / "dossiers.yaml").write_text(ended.out, "utf-8")
    assert site.run("check", "newone").code == 2
    known = (site.mappings / "crosswalks" / "channel.tsv").read_text("utf-8").splitlines()
    rows = [
        next(line for line in known if not line.startswith("#")),
        *(f"{code}\t\t\t{ours}" + "\t" * 7 for code, ours in (("CHO", 4), ("XONG", 10))),
    ]
    (site.mappings / "crosswalks" / "newone_status.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "dossiers.yaml").write_text(ended.out.replace("lookup: TODO", "lookup: newone_status"), "utf-8")
    checked = site.run("check", "newone")
    assert (checked.code, checked.said) == (0, "")
    assert site.run("coverage", "newone").code == 2  # no sample yet


def test_what_stands_before_the_fields_is_kept_to_the_letter(site: Site) -> None:
    written = (site.mappings / "licences" / "dossiers.yaml").read_text("utf-8")
    drafted = site.run("draft", "licences", "dossiers").out
    assert drafted.startswith(written[: written.index("fields:")])


def test_another_portals_codes_are_not_taken_for_this_ones(site: Site, tmp_path: Path) -> None:
    """4 is a state of several portals, and means another one at each."""
    file = _answer(tmp_path)
    file.write_text(file.read_text("utf-8").replace("CHO", "4").replace("XONG", "5"), "utf-8")
    assert "lookup: TODO" in site.run("draft", "newone", "dossiers", "--from", str(file)).out


@pytest.mark.parametrize(
    ("name", "content", "records"),
    [
        (
            "list.xml",
            "<r><items><item><maHoSo>H1</maHoSo></item><item><maHoSo>H2</maHoSo></item></items></r>",
            "items.item",
        ),
        ("list.csv", "maHoSo;trangThai\nH1;4\nH2;5\n", "."),
        ("list.json", '[{"maHoSo": "H1"}]', "."),
    ],
    ids=["xml", "csv", "json"],
)
def test_bytes_of_other_formats_say_where_their_records_are(
    site: Site, tmp_path: Path, name: str, content: str, records: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    ended = site.run("draft", "newone", "dossiers", "--from", str(tmp_path / name), "--into", "dossier")
    assert ended.code == 0
    assert f"records: {records}\n" in ended.out.replace("'.'", ".")
    assert "dossier_code:" in ended.out
    assert "{from: maHoSo, type: code}" in ended.out


WRONG = {
    "no answer": (("newone", "dossiers"), "draft it from an answer: --from FILE"),
    "no such entity": (("licences", "dossiers", "--into", "person"), "no entity 'person'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_says_what_to_do(site: Site, name: str) -> None:
    words, reason = WRONG[name]
    ended = site.run("draft", *words)
    assert ended.code == 2
    assert reason in ended.said


def test_bytes_that_cannot_be_read_are_an_error_of_one_line(site: Site, tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text('{"data": [', "utf-8")
    ended = site.run("draft", "newone", "dossiers", "--from", str(tmp_path / "cut.json"))
    assert ended.code == 2
    assert ended.said.count("\n") == 1
