"""Dossiers as the province tells them, made by hand, and loaded as a portal's answer would be."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from proof.household import load
from tests.helpers.house import House

STATES = {"1": 0, "4": 2, "5": 3, "10": 4, "6": 5, "3": 8, "9": 9}
"""Our states, and the province's own codes of them."""


def dossier(code: str, status: str, at: str, **more: Any) -> dict[str, Any]:
    """One record: its state and since when, Vietnamese time; more: members such as dueDate and completedDate, the same way."""
    times = {name: _time(value) if name.endswith("Date") else value for name, value in more.items()}
    return {
        "code": code,
        "dossierStatus": {"id": STATES[status], "name": ""},
        "updatedDate": _time(at),
        "agency": {"code": "H15.1", "name": [{"languageId": 228, "name": "Sở Mẫu"}]},
        **times,
    }


def tell(house: House, *records: dict[str, Any]) -> int:
    """Land and load them as one answer of the province; the batch's number."""
    with house.shop() as shop:
        stream = shop.portal("province").stream("dossiers")
        load(shop, stream, [json.dumps({"content": records}).encode()], len(records))
    return int(house.value("select max(batch_id) from ops.batch"))


def _time(text: str) -> str:
    return datetime.fromisoformat(text).isoformat(timespec="milliseconds") + "+0700"
