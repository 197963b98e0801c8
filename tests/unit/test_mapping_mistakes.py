"""Mapping files that cannot work: what is said of each mistake, word for word with its line, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import ConfigError
from tests.helpers import texts

AGENCY = """\
fields:
  agency_code: {from: code, type: code}
  agency_name: {from: name, type: line}
"""
PROCEDURE = """\
fields:
  procedure_code: {from: code, type: code}
  procedure_name: {from: name, type: line}
"""
DOSSIER = """\
fields:
  dossier_code: {from: code, type: code}
  status_code: {from: state, type: code}
  status_at: {from: at, type: instant, format: iso}
  agency_code: {from: agency, type: code}
  source_status_code: {from: state, type: code}
"""
DECISION = "fields:\n  decision_code: {from: code, type: code}\n"
INTO = {PROCEDURE: "procedure", DOSSIER: "dossier", DECISION: "decision"}
INCREMENTAL = """\
paging: {kind: page, page_size: 10, total: total}
incremental:
  kind: newest_first
  format: iso
  overlap: 2h
  by: changed
"""
OWNS = "owns:\n  - agency_name\n  - level_code\n"
FORMAT = "say how it is written: iso, epoch_ms, or letters as in dd/MM/yyyy HH:mm:ss"
DATED = "level_code: {from: a, lookup: dated, type: code"

FIELDS: dict[str, tuple[str, str, int, str]] = {
    "a running number outside a part": (
        AGENCY,
        "level_name: {position_of: units}",
        9,
        "'units' is no list around the record → use `of` and `position_of` in the fields of a part",
    ),
    "a list above outside a part": (
        AGENCY,
        "level_name: {from: name, of: units}",
        9,
        "'units' is no list around the record → use `of` and `position_of` in the fields of a part",
    ),
    "a constant that is looked up": (
        AGENCY,
        "level_name: {const: 1, lookup: level}",
        9,
        "fields.level_name: 'from' is a dependency of 'lookup' → see mapping.schema.json",
    ),
    "no such column": (
        AGENCY,
        "nonsense: {from: a}",
        9,
        (
            "agency has no column 'nonsense' → it has agency_code, agency_name, parent_code, level_code, level_name, "
            "is_active, source_id"
        ),
    ),
    "columns are missing": (
        "fields:\n",
        "level_name: {from: a}",
        6,
        "agency needs agency_code, agency_name → say where they come from",
    ),
    "a needed column is empty": (
        "fields:\n  agency_code: {from: code}\n",
        "agency_name: {const: null}",
        8,
        "agency_name may not be empty → give it a value",
    ),
    "a type that does not fit": (
        AGENCY,
        "is_active: {from: a, type: int}",
        9,
        "is_active cannot take type 'int' → use one of bool",
    ),
    "a type where several fit": (
        AGENCY,
        "level_name: {from: a, type: int}",
        9,
        "level_name cannot take type 'int' → use one of as_written, code, html, line, text",
    ),
    "no type where text does not fit": (
        AGENCY,
        "is_active: {from: a}",
        9,
        "is_active cannot take type 'text' → use one of bool",
    ),
    "personal data unsaid": (
        DOSSIER,
        "applicant_name: {from: a}",
        12,
        "applicant_name holds personal data → add classified: personal",
    ),
    "a day without format": (
        DECISION,
        "decision_date: {from: a, type: date}",
        8,
        f"decision_date has no usable format → {FORMAT}",
    ),
    "an instant without format": (
        DOSSIER,
        "filed_at: {from: a, type: instant}",
        12,
        f"filed_at has no usable format → {FORMAT}",
    ),
    "a format that is none": (
        DECISION,
        "decision_date: {from: a, type: date, format: dd/MM}",
        8,
        f"decision_date has no usable format: 'dd/MM' → {FORMAT}",
    ),
    "one of several formats is none": (
        DECISION,
        "decision_date: {from: a, type: date, format: [iso, dd.mm.yyyy]}",
        8,
        f"decision_date has no usable format: 'dd.mm.yyyy' → {FORMAT}",
    ),
    "a crosswalk with days and no day": (
        AGENCY,
        DATED + "}",
        9,
        (
            "level_code is looked up in crosswalk dated, whose rows hold on some days only "
            "→ say which member gives the day: dated: {from: …, format: …}"
        ),
    ),
    "the day's format is none": (
        AGENCY,
        DATED + ", dated: {from: b, format: yyyy}}",
        9,
        f"dated of level_code has no usable format: 'yyyy' → {FORMAT}",
    ),
}


def _mistake(folder: Path, base: str, said: str, more: str = "") -> str:
    head = texts.HEAD.replace("agency", INTO.get(base, "agency")) + more
    with pytest.raises(ConfigError) as caught:
        texts.compiled(folder, base + said, head)
    return str(caught.value)


def _file(folder: Path) -> Path:
    return folder / "mappings" / "test" / "said.yaml"


@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_that_cannot_be_filled(kind: str, tmp_path: Path) -> None:
    base, said, line, expected = FIELDS[kind]
    assert _mistake(tmp_path, base, f"  {said}\n") == f"{_file(tmp_path)}:{line}: {expected}"


PARTS: dict[str, tuple[str, str, int, str]] = {
    "of an entity without parts": (
        AGENCY,
        "step: {each: a, fields: {step_text: {from: .}}}",
        10,
        "agency has no part 'step' → parts: none",
    ),
    "no such part": (
        PROCEDURE,
        "steps: {each: a, fields: {step_text: {from: .}}}",
        10,
        (
            "procedure has no part 'steps' → parts: step, channel, time, fee, component, result, legal_basis, agency, field, "
            "level, applicant, related"
        ),
    ),
    "no such column": (
        PROCEDURE,
        "step:\n    each: a\n    fields:\n      step_text: {from: .}\n      ordinal: {from: .}",
        14,
        "procedure_step has no column 'ordinal' → it has case_name, step_text",
    ),
    "a column is missing": (
        PROCEDURE,
        "step:\n    each: a\n    fields:\n      case_name: {from: .}",
        12,
        "procedure_step needs step_text → say where they come from",
    ),
    "a column of the second list is missing": (
        PROCEDURE,
        "step:\n    - each: a\n      fields:\n        step_text: {from: .}\n    - each: b\n      fields: {case_name: {from: .}}",
        15,
        "procedure_step needs step_text → say where they come from",
    ),
    "read from a list that is not on the way": (
        PROCEDURE,
        "step:\n    each: a.b\n    fields:\n      step_text: {from: .}\n      case_name: {from: x, of: c}",
        14,
        "'c' is not one of the lists of `each` → name one of a, b",
    ),
    "the same in the second list": (
        PROCEDURE,
        (
            "step:\n    - each: a.b\n      fields: {step_text: {from: .}}\n    - each: a\n      fields:\n"
            "        case_name: {from: x}\n        step_text: {from: x, of: b}"
        ),
        16,
        "'b' is not one of the lists of `each` → name one of a",
    ),
    "numbered by a list that is not on the way": (
        PROCEDURE,
        "time:\n    each: a.b\n    fields:\n      description: {from: x}\n      channel_ordinal: {position_of: c}",
        14,
        "'c' is not one of the lists of `each` → name one of a, b",
    ),
}


@pytest.mark.parametrize("kind", PARTS)
def test_a_part_that_cannot_be_filled(kind: str, tmp_path: Path) -> None:
    base, said, line, expected = PARTS[kind]
    assert _mistake(tmp_path, base, f"parts:\n  {said}\n") == f"{_file(tmp_path)}:{line}: {expected}"


@pytest.mark.parametrize("said", ["  level_code: {const: null}\n", ""], ids=["always empty", "not there"])
def test_what_is_owned_must_be_filled(said: str, tmp_path: Path) -> None:
    said += "  parent_code: {const: a}\n"
    assert _mistake(tmp_path, AGENCY, said, OWNS) == (
        f"{_file(tmp_path)}:8: owns 'level_code', but does not fill it "
        "→ name columns among agency_code, agency_name, parent_code"
    )


def test_what_is_owned_may_be_constant(tmp_path: Path) -> None:
    mapping = texts.compiled(tmp_path, AGENCY + "  level_code: {const: a}\n", texts.HEAD + OWNS)
    assert mapping.columns == ["agency_code", "agency_name", "level_code"]


def test_a_cursor_needs_an_instant(tmp_path: Path) -> None:
    """Neither another member's instant nor another type of the same member moves it."""
    said = "  filed_at: {from: other, type: instant, format: iso}\n  source_id: {from: changed, type: code}\n"
    assert _mistake(tmp_path, DOSSIER, said, INCREMENTAL) == (
        f"{_file(tmp_path)}:11: no instant is read from 'changed', so the stream's cursor would never move "
        "→ name the member that a field of type instant is read from"
    )


def test_an_instant_moves_the_cursor(tmp_path: Path) -> None:
    said = DOSSIER + "  filed_at: {from: changed, type: instant, format: iso}\n"
    head = texts.HEAD.replace("agency", "dossier") + INCREMENTAL
    assert texts.compiled(tmp_path, said, head).columns[-1] == "filed_at"


def test_no_such_crosswalk(tmp_path: Path) -> None:
    said = _mistake(tmp_path, AGENCY, "  level_code: {from: a, lookup: other}\n")
    file = tmp_path / "mappings" / "crosswalks" / "other.tsv"
    assert said == f"{file}: no such crosswalk → add the file, or correct `lookup`"


def test_no_such_entity(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        texts.compiled(tmp_path, AGENCY, texts.HEAD.replace("agency", "ghost"))
    assert str(caught.value) == (
        f"{_file(tmp_path)}:3: no entity 'ghost' → name one of agency, administrative_unit, field, decision, "
        "procedure_listing, procedure, dossier"
    )
