"""What two mappings make of the same records, as a function: no database, no file is needed for the records."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from gateway.mapping.bench.differences import Differences, differences
from gateway.mapping.compile import Mapping, compile_mapping
from gateway.mapping.members import Members
from gateway.portals import load_portal
from tests.bench.conftest import Site
from tests.helpers.house import replace_in

Change = Callable[..., Mapping]


@pytest.fixture
def compiled(site: Site) -> Change:
    """The province's procedures, with a change of its file if any."""
    file = site.mappings / "province" / "procedures.yaml"

    def _compiled(old: str = "", new: str = "") -> Mapping:
        if old:
            replace_in(file, old, new)
        return compile_mapping(load_portal((site.mappings,), "province").stream("procedures"))

    return _compiled


def _record(code: str, **more: object) -> Members:
    said = {"code": code, "name": [{"languageId": 228, "name": "Thủ tục mẫu"}], "status": 1, "id": "a1", **more}
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in said.items()}


def _counts(found: Differences) -> dict[str, tuple[int, int, int]]:
    return {name: (each.new, each.changed, each.removed) for name, each in found.columns.items()}


def test_a_record_that_passes_from_now_on_is_told_with_the_reason_that_kept_it(compiled: Change) -> None:
    old = compiled("{from: status, type: code}", "{from: status, type: line}")
    new = compiled("{from: status, type: line}", "{from: status, type: code}")
    found = differences(old, new, [_record("1.001"), _record("1.002", status="0")])
    assert (found.records, found.columns) == (2, {})
    [passing] = found.passing
    assert (passing.record, passing.path, passing.reason) == ("1.001", "status", "expected text, found a number")
    back = differences(new, old, [_record("1.001"), _record("1.002", status="0")])
    assert [each.record for each in back.quarantined] == ["1.001"]


def test_of_records_with_one_key_the_last_counts(compiled: Change) -> None:
    old = compiled()
    new = compiled("{from: level.name, type: line}", "{from: level.id, type: line}")
    same, other = _record("1.001"), _record("1.001", level={"id": "7", "name": "Một phần"})
    assert _counts(differences(old, new, [same, other])) == {"procedure.level_name": (0, 1, 0)}
    assert _counts(differences(old, new, [other, same])) == {}


def test_a_row_of_a_part_that_is_gone_is_removed_value_by_value(compiled: Change) -> None:
    old = compiled()
    new = compiled("each: sector\n", "each: section\n")
    sector = {"code": "LV1", "name": [{"languageId": 228, "name": "Lĩnh vực"}]}
    found = differences(old, new, [_record("1.001", sector=sector)])
    assert _counts(found) == {"procedure_field.field_code": (0, 0, 1), "procedure_field.field_name": (0, 0, 1)}
    assert found.columns["procedure_field.field_code"].examples == [("1.001", "LV1", None)]


def test_counts_go_on_when_examples_do_not(compiled: Change) -> None:
    old = compiled()
    new = compiled("{from: status, type: code}", "{from: id, type: code}")
    change = differences(old, new, [_record(f"1.{number}") for number in range(10)]).columns["procedure.state_code"]
    assert (change.changed, len(change.examples)) == (10, 3)


def test_what_is_printed_for_programs_is_plain(compiled: Change) -> None:
    found = differences(
        compiled(), compiled("{from: status, type: code}", "{from: id, type: code}"), [_record("1.001")]
    )
    assert found.as_json() == {
        "records": 1,
        "columns": [
            {
                "column": "procedure.state_code",
                "new": 0,
                "changed": 1,
                "removed": 0,
                "examples": [{"record": "1.001", "old": "1", "new": "a1"}],
            }
        ],
        "quarantined": {"count": 0, "examples": []},
        "passing": {"count": 0, "examples": []},
    }
