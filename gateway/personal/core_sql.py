"""The SQL that empties the persons of dossiers in our own tables; what a dossier went through stays. Binds: erasure_id, ids."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.personal.register import personal_columns

_PERSONAL = [name.removeprefix("dossier.") for name in sorted(personal_columns()) if name.startswith("dossier.")]
_EMPTIED = ", ".join(f"{name} = null" for name in _PERSONAL)
HOLDS = " or ".join(f"{name} is not null" for name in _PERSONAL)
"""Of core.dossier: whether anything of a person is left in a row."""
_NEW_HASH = "uuid_send(gen_random_uuid())"
"""In place of a fingerprint of the record, from which who knows all but the number could try numbers out."""

KEYS = """
    insert into ops.erased_dossier (issuer, dossier_code, erasure_id)
    select issuer, code, :erasure_id from unnest(cast(:issuers as text[]), cast(:keys as text[])) as key (issuer, code)
    on conflict (issuer, dossier_code) do update set erasure_id = excluded.erasure_id
    where (select class from ops.erasure as e where e.erasure_id = erased_dossier.erasure_id) <> 'subject'"""
"""An earlier request keeps its dossiers, which its proof names; the retention gives its own up to a request."""

BEGUN = """
    select erasure_id from ops.erasure as e where finished_at is null and class = 'subject' and (asked = any(:asked) or exists (
        select from ops.erased_dossier as d where d.erasure_id = e.erasure_id
            and (issuer, dossier_code) in (select * from unnest(cast(:issuers as text[]), cast(:keys as text[])))))"""
"""Open erasures of the person: of one of the dossiers, or of the same request. Binds: issuers, keys, asked."""

NOT_TAKEN = """
    select exists (
            select from unnest(cast(:issuers as text[]), cast(:keys as text[])) as key (issuer, code)
            where not exists (
                select from ops.erased_dossier as e join ops.erasure using (erasure_id)
                where e.issuer = key.issuer and e.dossier_code = key.code and class = 'subject'))
        or exists (
            select from unnest(cast(:pages as bigint[])) as found (page_id) where not exists (
                select from ops.erased_page as e where e.page_id = found.page_id and erasure_id = any(:ours)))"""
"""Whether one of the dossiers was taken by no request yet, or one of the pages by none of ours. Binds: issuers, keys, pages, ours."""

OF_DOSSIERS: Mapping[str, str] = {
    "core.dossier": f"""
        update core.dossier set {_EMPTIED}, source_hash = {_NEW_HASH}, content_hash = {_NEW_HASH}
        where dossier_id = any(:ids) and ({HOLDS})""",
    "core.dossier_version": f"update core.dossier_version set source_hash = {_NEW_HASH} where dossier_id = any(:ids)",
    "ops.outbox": """
        update ops.outbox set payload = '', key_id = null, payload_hash = '' where dossier_id = any(:ids) and payload <> ''""",
    "ops.outbox, not sent": """
        update ops.outbox set state = 'dismissed', cause = 'erased', reason = 'the applicant was erased', settled_at = now()
        where dossier_id = any(:ids) and state in ('waiting', 'held', 'sending', 'unknown', 'rejected', 'dead')""",
    "ops.attempt": """
        update ops.attempt set payload_hash = '', answer = null
        where payload_hash <> '' and outbox_id in (select outbox_id from ops.outbox where dossier_id = any(:ids))""",
    "ops.ledger": "update ops.ledger set payload_hash = null where dossier_id = any(:ids) and payload_hash is not null",
}
"""By the place that is counted: what is done to the dossiers of core."""

QUARANTINE = f"""
    update ops.quarantine as q set value = null, record_hash = {_NEW_HASH}, state = 'resolved'
    where (portal, record_key) in (select * from unnest(cast(:issuers as text[]), cast(:keys as text[])))
        or exists (select from unnest(cast(:pages as bigint[]), cast(:numbers as int[])) as at (page, number)
            where at.page = q.page_id and at.number in (q.record_number, -1))"""
"""What was refused of the dossiers, or stands where one of the person's records does. Binds: issuers, keys, pages, numbers."""

CONFLICTS = f"""
    update ops.conflict set owner_value = null, value = null
    where entity = 'dossier' and "column" in ({", ".join(f"'{name}'" for name in _PERSONAL)})
        and (code = any(:nationals)
            or (portal, portal_code) in (select * from unnest(cast(:issuers as text[]), cast(:keys as text[]))))
        and coalesce(owner_value, value) is not null"""
"""Sizes and hashes of what two portals said of the person. Binds: nationals, issuers, keys."""
