"""held (giữ lại): rows that may not be sent as they are; they are looked at again at every delivery and go once the source is mended."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, Row, select, text, update

from gateway.delivery.line import DOSSIERS
from gateway.delivery.outbox import draft, held, state_names
from gateway.delivery.sealed import Seal
from gateway.delivery.spec import Delivery
from gateway.delivery.story import at_event, tell
from gateway.store.delivery import outbox
from gateway.store.erasure_sql import NOT_ERASED
from gateway.workshop import Workshop


def reconsider(shop: Workshop, target: Delivery) -> int:
    """Freeze anew what is held; returns how many rows may go now.

    What a row tells is as before: its state and the time of it. Only what was missing beside it may have come since.
    """
    names, freed, after = state_names(shop), 0, -1
    seal = Seal(shop.landing.vault, target.portal.portal)
    while True:
        with shop.engine.begin() as connection:
            rows = _held_after(connection, target, after)
            if not rows:
                return freed
            freed += _again(connection, seal, target, rows, names)
        after = rows[-1].outbox_id


def has_any(engine: Engine, target: Delivery) -> bool:
    """Whether anything is held."""
    with engine.connect() as connection:
        return bool(_held_after(connection, target, -1))


def _held_after(connection: Connection, target: Delivery, after: int) -> list[Row[Any]]:
    wanted = (outbox.c.target == target.target) & (outbox.c.state == "held") & (outbox.c.outbox_id > after)
    return list(connection.execute(select(outbox).where(wanted).order_by(outbox.c.outbox_id).limit(DOSSIERS)))


def _again(connection: Connection, seal: Seal, target: Delivery, rows: list[Row[Any]], names: dict[str, str]) -> int:
    stories = {
        story["dossier_id"]: story
        for story in tell(connection, target.portal.portal, [row.dossier_id for row in rows], names)
    }
    kept, freed = set(connection.scalars(text(NOT_ERASED), {"ids": list(stories)})), 0
    for row in rows:
        if row.kind == "record" and row.dossier_id not in kept:
            continue  # a whole dossier without its applicant would empty the applicant at the portal
        story = at_event(stories[row.dossier_id], row.status_code, row.status_at, names)
        made = draft(target.payload(row.kind), row.kind, story)
        state, cause, reason = held(made.problems)
        if (state, reason, made.payload_hash) != (row.state, row.reason, row.payload_hash):
            said: dict[str, Any] = {"state": state, "cause": cause, "reason": reason}
            key_id, payload = seal.closed(made.payload, row.dossier_id, made.payload_hash)
            said |= {"key_id": key_id, "payload": payload, "payload_hash": made.payload_hash}
            # A load may have put a newer record in its place meanwhile.
            still = (outbox.c.outbox_id == row.outbox_id) & (outbox.c.state == "held")
            connection.execute(update(outbox).where(still).values(said))
        freed += state == "waiting"
    return freed
