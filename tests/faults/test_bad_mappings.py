"""A mistake in a file a person wrote is one line with file, line and what to do; nothing is asked of any portal."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.mapping.compile import compile_mapping
from gateway.portals import load_portal
from tests.helpers.house import ROOT, House, portal_connections, replace_in, said


def test_an_unknown_key(house: House) -> None:
    file = house.own_mappings() / "province" / "dossiers.yaml"
    replace_in(file, "records: content\n", "records: content\nrecord: content\n")
    line = 1 + file.read_text("utf-8").splitlines().index("record: content")
    house.connections = portal_connections("http://127.0.0.1:1", "http://127.0.0.1:1")
    for verb in (("sync", "province"), ("check", "province"), ("fetch", "province")):
        ended = house.gateway(*verb)
        assert ended.returncode == 2
        [message] = said(ended)
        assert message.startswith(
            f"gateway: {file}:{line}: unknown key 'record'; known here: drift, fields, for_each, format, ignore_case,"
        )
        assert message.endswith(" → see mapping.schema.json")
    assert house.value("select count(*) from ops.run") == 0


MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "a column we do not have": (
        "  source_id:             {from: id, type: code}",
        "  sourceid:              {from: id, type: code}",
        "sourceid",
        "dossier has no column 'sourceid' → it has dossier_code, ",
    ),
    "a type that does not fit its column": (
        "{from: isDVCLT, type: bool}",
        "{from: isDVCLT, type: money}",
        "is_interlinked",
        "is_interlinked cannot take type 'money' → use one of bool",
    ),
    "a date without a format": (
        "  due_at:                {from: dueDate, type: instant, format: iso}",
        "  due_at:                {from: dueDate, type: instant}",
        "due_at",
        "due_at has no usable format → say how it is written: iso, epoch_ms, or letters as in dd/MM/yyyy",
    ),
    "a format no date can have": (
        "  due_at:                {from: dueDate, type: instant, format: iso}",
        "  due_at:                {from: dueDate, type: instant, format: dd/MM/yy}",
        "due_at",
        "due_at has no usable format: 'dd/MM/yy' → say how it is written",
    ),
    "a cursor no instant is read from": (
        "by: updatedDate",
        "by: updateDate",
        "incremental",
        "no instant is read from 'updateDate', so the stream's cursor would never move → name the member",
    ),
    "a column that must be filled and is not": (
        "  status_code:           {from: dossierStatus.id, lookup: province_status, type: code}",
        "  status_code:           {const: null}",
        "status_code",
        "status_code may not be empty → give it a value",
    ),
    "personal data that are not called so": (
        "from: applicant.data.fullname, type: line, classified: personal}",
        "from: applicant.data.fullname, type: line}",
        "applicant_name",
        "applicant_name holds personal data → add classified: personal",
    ),
    "a crosswalk that does not exist": (
        "lookup: province_channel",
        "lookup: province_channels",
        "",
        "no such crosswalk → add the file, or correct `lookup`",
    ),
    "an entity that does not exist": (
        "into: dossier",
        "into: dossiers",
        "into",
        "no entity 'dossiers' → name one of agency, ",
    ),
    "a type that does not exist": (
        "{from: processingTime, type: decimal}",
        "{from: processingTime, type: number}",
        "processing_time",
        "'number' is not one of text, line, code, int, decimal, money, bool, html, as_written, date, instant → see mapping.schema.json",
    ),
    "a key that stands twice": (
        "records: content",
        "records: content\nrecords: items",
        "records",
        "key 'records' stands twice → correct the YAML",
    ),
    "a name that is not the file's": (
        "stream: dossiers",
        "stream: dossier",
        "stream",
        "stream 'dossier' lies in file 'dossiers.yaml' → give both the same name",
    ),
}


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """A copy of the mapping files, to be spoiled."""
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    return tmp_path / "mappings"


def complaint(mappings: Path) -> str:
    """What a check of the province's folder complains of."""
    with pytest.raises(ConfigError) as caught:
        _check(mappings)
    return str(caught.value)


def _check(mappings: Path) -> None:
    for stream in load_portal((mappings,), "province").streams:
        compile_mapping(stream)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_stream(mistake: str, mappings: Path) -> None:
    old, new, key, says = MISTAKES[mistake]
    file = mappings / "province" / "dossiers.yaml"
    replace_in(file, old, new)
    where = f"{file}:{_last_line(file, key)}" if key else str(mappings / "crosswalks" / "province_channels.tsv")
    assert complaint(mappings).startswith(f"{where}: {says}")


def test_a_required_column_without_a_source(mappings: Path) -> None:
    file = mappings / "province" / "agencies.yaml"
    kept = [line for line in file.read_text("utf-8").splitlines(keepends=True) if "agency_name:" not in line]
    file.write_text("".join(kept), "utf-8")
    assert (
        complaint(mappings)
        == f"{file}:{_last_line(file, 'fields')}: agency needs agency_name → say where they come from"
    )


def test_a_file_that_is_no_yaml_at_all(mappings: Path) -> None:
    file = mappings / "province" / "portal.yaml"
    file.write_text("portal: province\nname: {vi: chưa đóng ngoặc\n", "utf-8")
    said = complaint(mappings)
    assert said.startswith(f"{file}:3: ")
    assert "expected ',' or '}'" in said
    assert said.endswith(" → correct the YAML")


def test_a_file_that_is_not_utf8(mappings: Path) -> None:
    file = mappings / "province" / "portal.yaml"
    file.write_bytes("portal: tỉnh".encode("utf-16"))
    assert complaint(mappings) == f"{file}: not UTF-8 text (UnicodeDecodeError) → correct the YAML"


def test_an_empty_file(mappings: Path) -> None:
    file = mappings / "province" / "dossiers.yaml"
    file.write_text("", "utf-8")
    assert complaint(mappings) == f"{file}:1: None is not of type 'object' → see mapping.schema.json"


def test_a_circle_of_streams(mappings: Path) -> None:
    replace_in(mappings / "province" / "procedures.yaml", "retire: {after: 2, limit: 2%}\n", "")
    for stream, other in (("agencies", "procedures"), ("procedures", "agencies")):
        file = mappings / "province" / f"{stream}.yaml"
        replace_in(
            file, "records: content", f"records: content\nfor_each: {{stream: {other}, field: code, send: code}}"
        )
    file = mappings / "province" / "agencies.yaml"
    assert complaint(mappings) == f"{file}:{_last_line(file, 'for_each')}: for_each goes in a circle → break the circle"


def test_a_portal_that_does_not_exist(house: House) -> None:
    ended = house.gateway("sync", "weather")
    assert ended.returncode == 2
    [message] = said(ended)
    assert message.startswith(f"gateway: {house.mappings}: no portal 'weather' → portals found: business, files, ")


def test_a_mapping_folder_that_does_not_exist(house: House) -> None:
    house.mappings = house.place / "nowhere"
    ended = house.gateway("portals")
    assert ended.returncode == 2
    assert said(ended) == [
        f"gateway: GATEWAY_MAPPINGS: no folder {house.mappings} → name folders that hold portal folders"
    ]


BESIDE_STREAMS: dict[str, tuple[str, str, str, str]] = {
    "a word no delivery has": (
        "deliveries/dossiers.yaml",
        "  batch: 50",
        "  bach: 50",
        "unknown key 'bach'; known here: batch, create, fields, items, update → see delivery.schema.json",
    ),
    "a delivery of a column that no dossier has": (
        "deliveries/dossiers.yaml",
        "{from: agency_name, required: true, max: 50}",
        "{from: agencyname, required: true, max: 50}",
        "a dossier has no agencyname → name one of dossier_code, ",
    ),
    "a read back in a word nobody has": (
        "deliveries/statuses.yaml",
        "  code: MaHoSo",
        "  codes: MaHoSo",
        "unknown key 'codes'; known here: code, events, record, records, request, send, visible_within → see ",
    ),
    "a compared list that fills something else": (
        "reconcile/dossiers.yaml",
        "into: held_dossier",
        "into: dossier",
        "a list that is compared fills held_dossier → correct it",
    ),
    "a compared list with a column that we do not have": (
        "reconcile/dossiers.yaml",
        "  told_count: ",
        "  toldcount: ",
        "snapshot_theirs has no column 'toldcount' → it has ",
    ),
    "a catalogue that is not the file's": (
        "reconcile/procedures.yaml",
        "catalogue: procedures",
        "catalogue: other",
        "pair 'national/other' lies in file 'procedures.yaml' → give both the same name",
    ),
}


@pytest.mark.parametrize("mistake", BESIDE_STREAMS)
def test_a_mistake_in_a_delivery_or_a_comparison(mistake: str, house: House) -> None:
    name, old, new, says = BESIDE_STREAMS[mistake]
    file = house.own_mappings() / "national" / name
    replace_in(file, old, new)
    line = 1 + next(n for n, text in enumerate(file.read_text("utf-8").splitlines()) if new in text)
    ended = house.gateway("check", "national")
    assert ended.returncode == 2
    [message] = said(ended)
    assert message.startswith(f"gateway: {file}:{line}: {says}")


@pytest.mark.parametrize("name", ["deliveries/dossiers.yaml", "reconcile/dossiers.yaml"])
def test_an_empty_file_beside_the_streams(name: str, house: House) -> None:
    file = house.own_mappings() / "national" / name
    file.write_text("", "utf-8")
    ended = house.gateway("check", "national")
    assert ended.returncode == 2
    assert said(ended)[0].startswith(f"gateway: {file}:1: None is not of type 'object' → see ")


CROSSWALK_MISTAKES: dict[str, tuple[Callable[[list[str]], list[str]], int, str]] = {
    "a code twice": (lambda lines: [*lines, lines[4]], 17, "code '0' stands twice → keep one of the rows, "),
    "no code of ours": (
        lambda lines: [*lines, "77\tTạm\tskos:exactMatch\t\t\t\t\t\t\t\t"],
        17,
        "subject_id and object_id must both be filled → complete or remove the row",
    ),
    "another header": (
        lambda lines: [*lines[:3], "code\tname", *lines[4:]],
        4,
        "the header is not as expected → write subject_id, ",
    ),
}


@pytest.mark.parametrize("mistake", CROSSWALK_MISTAKES)
def test_a_mistake_in_a_crosswalk(mistake: str, mappings: Path) -> None:
    spoil, line, says = CROSSWALK_MISTAKES[mistake]
    file = mappings / "crosswalks" / "province_status.tsv"
    file.write_text("\n".join(spoil(file.read_text("utf-8").splitlines())) + "\n", "utf-8")
    assert complaint(mappings).startswith(f"{file}:{line}: {says}")


def _last_line(file: Path, key: str) -> int:
    """The number of the last line that begins with a key."""
    return max(
        n for n, line in enumerate(file.read_text("utf-8").splitlines(), 1) if line.lstrip().startswith(f"{key}:")
    )
