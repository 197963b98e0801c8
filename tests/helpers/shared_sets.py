"""What is planted in the database after a night, so that every shared set has rows, and some of them hard to carry."""

from __future__ import annotations

from sqlalchemy import text

from tests.helpers.house import House

EVIL = "=HYPERLINK(1)"
PLANTED = (
    """insert into xref.code_snapshot (kind, issuer, as_of, file_name, file_sha256, row_count, uncoded_count)
        values ('unit', 'ministry', '2026-01-01', 'units.csv', 'f0', 2, 0)""",
    "insert into xref.code_entity (kind, issuer) values ('unit', 'ministry'), ('unit', 'ministry')",
    """insert into xref.code_version (entity_id, kind, issuer, code, name, valid_from, valid_to, ended_by, snapshot_id)
        select e, 'unit', 'ministry', '000' || e, 'Xã ' || e,
            case e when 1 then date '0001-01-01' else date '2025-07-01' end,
            case e when 1 then date '2025-07-01' end, case e when 1 then 'succeeded' end, 1 from generate_series(1, 2) e""",
    """insert into xref.code_succession (entity_id, successor_id, relation, evidence, said, since, snapshot_id)
        values (1, 2, 'whole', 'name', 'toàn bộ xã 1', '2025-07-01', 1)""",
    """insert into xref.match_decision
        (kind, local_issuer, local_code, local_name, national_issuer, national_code, national_name, verdict, reviewer)
        values ('agency', 'province', 'A', 'Sở A', 'national', 'N1', 'Sở A', 'accepted', 'Reviewer A'),
            ('agency', 'province', 'B', 'Sở B', 'national', 'N2', 'Sở B', 'accepted', 'Reviewer A'),
            ('agency', 'province', 'B', 'Sở B', 'national', 'N2', 'Sở B', 'rejected', 'Reviewer A')""",
    """insert into xref.match_suggestion
        (kind, local_issuer, local_code, national_issuer, national_code, ordinal, score, is_automatic, reason, evidence)
        select 'agency', 'province', local, 'national', code, 1, 0.95, automatic, '', '[]'
        from (values ('A', 'N9', true), ('B', 'N2', true), ('C', 'N3', true), ('D', 'N4', false)) t (local, code, automatic)""",
    """insert into core.procedure_version (procedure_id, version_number, decision_code, content_hash, content, batch_id)
        select procedure_id, 2, decision_code, '\\x00', jsonb_set(content, '{procedure_name}', '"Tên mới"'), batch_id
        from core.procedure_version where procedure_id = (select min(procedure_id) from core.procedure where issuer = 'national')""",
    """insert into core.procedure_agency (procedure_id, ordinal, role, agency_code, agency_name)
        select min(procedure_id), o, case o when 0 then 'executing' else 'coordinating' end, 'H15.' || o, 'Sở ' || o
        from core.procedure, generate_series(0, 1) o where issuer = 'national' group by o""",
    """insert into core.procedure_legal_basis (procedure_id, ordinal, document_number, issued_date)
        select max(procedure_id), o, '1' || o || '/2026/NĐ-CP', '2026-01-02' from core.procedure, generate_series(0, 2) o
        where issuer = 'national' group by o""",
    """insert into core.procedure_related (procedure_id, ordinal, relation, procedure_code)
        select min(procedure_id), 0, 'interlinked', max(procedure_code) from core.procedure where issuer = 'national'""",
    """insert into core.decision (issuer, decision_code, decision_number, decision_date, summary, valid_from,
            source_hash, content_hash, batch_id)
        select 'national', 'QD-1', '12/QĐ-UBND', '2026-10-01', 'Bãi bỏ thủ tục ' || max(procedure_code), '0001-01-01', '\\x00', '\\x00', 1
        from core.procedure_listing""",
    """insert into ops.absence (portal, stream, entity, record_key, state, within_count, missing_batch_id, last_batch_id, decided_at)
        select 'national', 'procedure_list', 'procedure_listing', max(procedure_code), 'retired', 2, max(batch_id), max(batch_id),
            '2026-10-02T01:00:00Z' from core.procedure_listing""",
    """insert into ops.reconciliation (pair, kind, is_whole) values ('national/dossiers', 'dossier', true)""",
    """insert into ops.discrepancy (pair, kind, key, cause, state, first_id, last_id, ours, decided_by, note, closed_at)
        values ('national/dossiers', 'dossier', 'H1', 'not sent', 'open', 1, 1, '{"status_code": "4"}', null, null, null),
            ('national/dossiers', 'dossier', 'H2', 'held', 'explained', 1, 1, null, 'Reviewer A', 'Reviewer A knows', null)""",
    f"""update core.agency set agency_name = '{EVIL}', parent_code = '#N/A'
        where agency_id = (select min(agency_id) from core.agency)""",
    """insert into ops.quarantine (portal, stream, record_hash, reason, path, value, page_id, record_number, batch_id, last_batch_id)
        values ('province', 'dossiers', '\\x01', 'r', 'p', 'a value', 1, 1, 1, 1)""",
)

NAMES = (
    "0012",
    "1.000005",
    "1e5",
    "2026-01-02",
    "TRUE",
    "null",
    "NA",
    "",
    "=1+1",
    "+84 262",
    "-1",
    "@SUM(A1)",
    '"nháy kép", phẩy; chấm phẩy',
    "'nháy đơn",
    "dòng một\ndòng hai",
    "dòng một\r\ndòng hai",
    "giữa\tcó tab",
    "\tđầu có tab",
    "hai  dấu cách",
    " đầu và cuối ",
    "_x0041_ là chữ thường",
    "😀 Đắk Lắk",
    "\ufeffkhông thấy",
    "<b>&amp;</b>",
    "một ký tự điều khiển \x0b",
    "dài " * 10_000,
)
"""Names of agencies that one program or another takes for something else than a text."""

NAMED = text("""
    update core.agency set agency_name = coalesce(nullif(:name, ''), 'Sở'), parent_code = :name where agency_id =
        (select agency_id from core.agency where issuer = 'province' and valid_to is null order by agency_id offset :number limit 1)""")

HARD = (
    "update xref.code_version set valid_from = '1899-12-31' where code = '0001'",
    "update xref.code_version set valid_to = '9999-12-31' where code = '0002'",
    """update core.dossier set filed_at = '1899-05-01T00:00:00.123456Z', received_at = '2026-03-01T08:30:15.999999Z',
        due_at = '9999-12-31T23:59:59Z', is_interlinked = null where dossier_id = (select min(dossier_id) from core.dossier where issuer = 'province')""",
    """update core.procedure_time set duration_amount = case ordinal when 0 then 2.50 when 1 then 0 when 2 then 0.000001 else 1234567.000001 end,
        duration_unit = 'working-day' where procedure_id = (select max(procedure_id) from core.procedure where issuer = 'national')""",
    """update core.procedure_field set field_name = 'Đất đai; "nhà", ở' where procedure_id =
        (select max(procedure_id) from core.procedure where issuer = 'national')""",
)
"""Dates before Excel's first day and at the end of all calendars, parts of a second, exact numbers, a list with its own separators."""


def plant(house: House) -> None:
    """Plant all of it in the database of a house after a night."""
    for statement in (*PLANTED, *HARD):
        house.execute(statement.replace(":", "\\:"))
    with house.engine() as engine, engine.begin() as connection:
        for number, name in enumerate(NAMES):
            connection.execute(NAMED, {"name": name, "number": number})
