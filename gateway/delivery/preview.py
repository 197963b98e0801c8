"""A dry run: what would go where, row by row, with what may tell of a person masked; nothing is sent and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.delivery import line
from gateway.delivery.courier import operation_of
from gateway.delivery.sealed import opened
from gateway.delivery.spec import Delivery
from gateway.mapping.reject import shown
from gateway.workshop import Workshop


def preview(shop: Workshop, target: Delivery, most: int) -> Iterator[dict[str, Any]]:
    """The first rows of the lines that may go, up to so many."""
    after, told = -1, 0
    while dossiers := line.dossiers_after(shop.engine, target, after):
        for row in line.heads(shop.engine, target, dossiers):
            if told == most:
                return
            told += 1
            operation = "read_back" if row.state == "unknown" else operation_of(target, row)
            yield {
                "target": target.target,
                "row": row.outbox_id,
                "dossier": row.dossier_code,
                "operation": operation,
                "state": row.status_code,
                "since": row.status_at,
                "payload": _masked(shop, target, row),
            }
        after = dossiers[-1]


def _masked(shop: Workshop, target: Delivery, row: Any) -> dict[str, Any]:
    personal = {each.name for each in target.payload(row.kind).fields if each.is_personal}
    members: dict[str, Any] = msgspec.json.decode(opened(shop.landing.vault, row))
    return {name: shown(value, True) if value and name in personal else value for name, value in members.items()}
