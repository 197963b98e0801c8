"""What `gateway mapping show` says of a mapping, word for word: a person checks a paper contract against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.mapping import crosswalk
from gateway.mapping.compile import compile_mapping
from gateway.mapping.describe import describe
from gateway.portals import load_portal
from tests.helpers import texts

AGENCIES = """\
stream: agencies
name: {vi: Cơ quan, en: Agencies}
into: agency
request: {get: /a}
records: items
retire: {after: 3, limit: 1.5%}
fields:
  agency_code: {from: code, type: code}
  agency_name: {from: [name, short], type: line, first: true}
"""
LINES = [
    ("9", "channel_a", "", ""),
    ("7", "channel_b", "", "2025-06-30"),
    ("7", "channel_c", "2025-07-01", ""),
]
CROSSWALK = "\n".join(
    [
        "\t".join(crosswalk.COLUMNS[:11]),
        *("\t".join([theirs, "", "skos:exactMatch", ours, "", "", "", "", *days, ""]) for theirs, ours, *days in LINES),
        "",
    ]
)
PROCEDURES = """\
stream: shown
name: {vi: Thủ tục, en: Procedures}
into: procedure
for_each: {stream: agencies, field: code, send: of}
request: {post: /b, query: {page: "1"}, body: {service: X}}
records: result.items
drift: quarantine
fields:
  procedure_code: {from: code, type: code}
  procedure_name: {from: [name, title], type: line}
  state_code: {const: null}
  procedure_type_code: {const: 1}
  field_code: {from: fields.code, first: true, type: code, begins: L}
  description: {from: names, pick: {where: {lang: 228, kind: a}, take: name}, type: html}
  keywords: {from: words, join: {take: word, with: "; "}}
  source_id: {from: id, type: as_written}
parts:
  channel:
    each: ways
    fields:
      channel_code: {from: way, lookup: ours, type: code, dated: {from: day, format: dd/MM/yyyy}}
  fee:
    each: ways.times
    fields:
      time_ordinal: {position_of: ways}
      fee_kind: {from: kind, of: ways}
      amount: {from: sum, type: money}
  legal_basis:
    each: docs
    fields:
      issued_date: {from: day, type: date, format: [dd/MM/yyyy, yyyyMMdd]}
ignored: [left, right]
"""
DOSSIERS = """\
stream: shown
name: {vi: Hồ sơ, en: Dossiers}
into: dossier
request: {get: /c}
records: items
drift: stop
fields:
  dossier_code: {from: code, type: code}
  status_code: {const: 4}
  status_at: {from: at, type: instant, format: iso}
  applicant_name: {from: who, type: line, classified: personal}
  processing_time: {from: hours, type: decimal}
  is_interlinked: {from: linked, type: bool}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a portal `test` with agencies stands."""
    home = tmp_path / "mappings"
    (home / "test").mkdir(parents=True)
    (home / "crosswalks").mkdir()
    (home / "crosswalks" / "ours.tsv").write_text(CROSSWALK, "utf-8")
    (home / "test" / "portal.yaml").write_text(texts.PORTAL, "utf-8")
    (home / "test" / "agencies.yaml").write_text(AGENCIES, "utf-8")
    return home


def _said(folder: Path, name: str, text: str = "") -> list[str]:
    if text:
        (folder / "test" / f"{name}.yaml").write_text(text, "utf-8")
    [stream] = [each for each in load_portal((folder,), "test").streams if each.stream == name]
    return list(describe(compile_mapping(stream)))


def test_every_way_to_read_a_column(folder: Path) -> None:
    assert _said(folder, "shown", PROCEDURES) == [
        "test/shown: Thủ tục (Procedures)",
        "  asks POST /b page=1, service=X",
        "  once for each code of stream agencies, sent as of",
        "  records in result.items, each becomes a row of core.procedure:",
        "    procedure_code ← code as a code",
        "    procedure_name ← name or, if empty, title as one line of text",
        "    state_code ← always empty",
        "    procedure_type_code ← always 1",
        "    field_code ← fields.code (of a list, the first) (only when it begins with L) as a code",
        "    description ← names (of a list, name where lang = 228, kind = a) as text without HTML tags",
        "    keywords ← words (word of each, joined by '; ') as text",
        "    source_id ← id as it was written",
        "  each ways becomes a row of core.procedure_channel:",
        (
            "    channel_code ← way through crosswalk ours (9→channel_a, 7→channel_b to 2025-06-30, "
            "7→channel_c from 2025-07-01; any other code is refused) as it is meant on day, written dd/MM/yyyy"
        ),
        "  each ways.times becomes a row of core.procedure_fee:",
        "    time_ordinal ← the running number of the ways it stands in",
        "    fee_kind ← kind of the ways above it as text",
        "    amount ← sum as an amount of đồng (Không is 0)",
        "  each docs becomes a row of core.procedure_legal_basis:",
        "    issued_date ← day as a date written dd/MM/yyyy or yyyyMMdd",
        "  drift: records whose members are not as usual go to quarantine",
        "  left out on purpose: left, right",
    ]


def test_what_leaves_a_list_and_nothing_more(folder: Path) -> None:
    assert _said(folder, "agencies") == [
        "test/agencies: Cơ quan (Agencies)",
        "  asks GET /a",
        "  retires what 3 complete lists in a row lack; asks a person when a list lacks more than 1.5% of what is in force",
        "  records in items, each becomes a row of core.agency:",
        "    agency_code ← code as a code",
        "    agency_name ← name or, if empty, short (of a list, the first) as one line of text",
    ]


CHANGES = {
    "{kind: newest_first, by: at, format: iso, overlap: 2h}": "newest first by at, 7200 s before the cursor included",
    "{kind: changed_since, by: at, format: iso, overlap: 1d, send: a, send_format: iso, first: 2d}": (
        "asks what changed since the last run, by at, 86400 s before the cursor included"
    ),
    "{kind: window, by: at, format: iso, overlap: 1d}\n"
    "paging: {kind: date_window, from: a, to: b, days: 5, format: iso, first: 9d}": (
        "asks by days, beginning where the last run stood, by at, 86400 s before the cursor included"
    ),
}


@pytest.mark.parametrize("changes", CHANGES)
def test_what_changed(folder: Path, changes: str) -> None:
    assert _said(folder, "shown", f"{DOSSIERS}incremental: {changes}\n") == [
        "test/shown: Hồ sơ (Dossiers)",
        "  asks GET /c",
        f"  {CHANGES[changes]}",
        "  records in items, each becomes a row of core.dossier:",
        "    dossier_code ← code as a code",
        "    status_code ← always 4",
        "    status_at ← at as an instant written iso",
        "    applicant_name ← who as one line of text (personal data)",
        "    processing_time ← hours as a number",
        "    is_interlinked ← linked as yes or no",
        "  drift: nothing is taken in when members are not as usual",
    ]
