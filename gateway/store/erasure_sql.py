"""The SQL that keeps erased persons out: of staged rows, of quarantine, of what is told to other portals."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.canonical import Entity
from gateway.store.core import CLOSED
from gateway.store.merge import place

HASH = 16
"""Bytes of a row's hash."""


def personal_columns(entity: Entity, columns: Sequence[str]) -> list[str]:
    """Those of the columns that hold personal data."""
    return [name for name in columns if entity.table.c[name].info.get("personal")]


def empty_staged(entity: Entity, columns: Sequence[str], stage: str) -> str:
    """Empty the person's columns of staged rows whose dossier was erased.

    Its hashes are then of what is left: the row is looked at again every night, and written only when more than the person differs.
    """
    personal = personal_columns(entity, columns)
    left = ", ".join(f"staged.{name}" for name in columns if name not in personal)
    hash_ = f"substring(sha256(convert_to(row({left})::text, 'UTF8')) for {HASH})"
    emptied = ", ".join(f"{name} = null" for name in personal)
    # One look by index for each staged row, whatever the planner believes of a table without statistics; see `merge._held`.
    return f"""
        update {stage} as staged set {emptied}, source_hash = {hash_}, content_hash = {hash_}
        from {stage} as told cross join lateral (
            select from ops.erased_dossier as e
            where e.issuer = %(issuer)s and e.dossier_code = told.{entity.code} limit 1
        ) as erased
        where staged.number = told.number"""


def taken_up(entity: Entity, columns: Sequence[str], stage: str, is_exact: bool) -> str:
    """Forget that the retention erased dossiers which are staged as open now: who filed them is needed, and comes with this row.

    A row that `merge` would not take over what is held, since it tells of an earlier state, says nothing of now.
    """
    is_open = f"not told.{CLOSED}" + (" and told.deleted_at is null" if "deleted_at" in columns else "")
    return f"""
        delete from ops.erased_dossier as gone using (
            select erased.issuer, erased.dossier_code from {stage} as told cross join lateral (
                select issuer, dossier_code, erasure_id from ops.erased_dossier as e
                where e.issuer = %(issuer)s and e.dossier_code = told.{entity.code} limit 1
            ) as erased join ops.erasure as by using (erasure_id)
            where by.class = 'dossiers' and {is_open} and exists (
                select from {entity.table.fullname} as held where held.issuer = erased.issuer
                    and held.dossier_code = erased.dossier_code and held.valid_to is null
                    and {place("told", is_exact)} >= {place("held", is_exact)})
        ) as again
        where gone.issuer = again.issuer and gone.dossier_code = again.dossier_code"""


EMPTY_REFUSED = """
    update ops.quarantine as refused set value = null
    from ops.erased_dossier as erased
    where refused.portal = %(issuer)s and refused.last_batch_id = %(batch_id)s and erased.issuer = refused.portal
        and erased.dossier_code = refused.record_key"""
"""Empty the refused values of erased dossiers."""

NOT_ERASED = """
    select d.dossier_id from core.dossier as d where d.dossier_id = any(:ids) and not exists (
        select from ops.erased_dossier as e where e.issuer = d.issuer and e.dossier_code = d.dossier_code)
    order by d.dossier_id"""
"""Those of the dossiers whose applicant was not erased."""

ASKED_FOR = """
    select exists (select from ops.erased_dossier join ops.erasure using (erasure_id) where issuer = :issuer and class = 'subject')"""
"""Whether any dossier of a portal was erased since a person asked for it."""

MARK_TOLD = """
    insert into ops.erased_page (page_id, erasure_id)
    select distinct twin.page_id, erased.erasure_id
    from unnest(cast(:pages as bigint[]), cast(:keys as text[])) as told (page_id, dossier_code)
    join ops.erased_dossier as erased on erased.issuer = :issuer and erased.dossier_code = told.dossier_code
    join ops.erasure as by on by.erasure_id = erased.erasure_id and by.class = 'subject'
    join landing.page as p on p.page_id = told.page_id join landing.page as twin on twin.path = p.path
    where twin.destroyed_at is null
    on conflict do nothing"""
"""Say of landed pages that tell of erased dossiers, and of others of the very same bytes, by which erasures they go.

Binds: issuer; pages and keys, side by side."""
