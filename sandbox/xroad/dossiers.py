"""The provider behind the REST service: the province's dossiers (hồ sơ), oldest change first, in its own JSON."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from sandbox.reply import Reply, json_reply
from sandbox.world.clock import NEVER, day_from_code, instant_from, timestamp
from sandbox.world.life import Life
from sandbox.world.ordering import by_change
from sandbox.world.status import DUTY, FINISHED, NAMES, NEW, PROCESSING, REFUSED, RETURNED, SUPPLEMENT
from sandbox.world.world import World

PATH = "/v1/dossiers"
LARGEST_PAGE, USUAL_PAGE = 500, 100
WORDS = {
    NEW: "MOI_NOP",
    PROCESSING: "DANG_XU_LY",
    SUPPLEMENT: "YEU_CAU_BO_SUNG",
    DUTY: "CHO_NGHIA_VU_TAI_CHINH",
    FINISHED: "DA_CO_KET_QUA",
    RETURNED: "DA_TRA_KET_QUA",
    REFUSED: "TU_CHOI",
}


class DossierService:
    """Answers `/v1/dossiers` and `/v1/dossiers/{code}`; its errors are the provider's own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._day = -1
        self._order: array[int] = array("I")

    def answer(self, path: str, parameters: Mapping[str, str]) -> Reply:
        """The list, one dossier, or the provider's own 400 or 404."""
        if path == PATH:
            return self._list(parameters)
        code = path.removeprefix(f"{PATH}/")
        index = self._find(code) if code != path else None
        return _problem(404, "Không tìm thấy") if index is None else json_reply(self._record(index))

    def _list(self, parameters: Mapping[str, str]) -> Reply:
        try:
            offset, limit = int(parameters.get("offset", 0)), int(parameters.get("limit", USUAL_PAGE))
            since = instant_from(parameters["changedFrom"]) if "changedFrom" in parameters else 0
        except ValueError as problem:
            return _problem(400, f"Tham số không hợp lệ: {problem}")
        if offset < 0 or not 1 <= limit <= LARGEST_PAGE:
            return _problem(400, f"Tham số không hợp lệ: offset từ 0, limit từ 1 đến {LARGEST_PAGE}")
        found = self._changed_since(since)
        shown = [self._record(index) for index in found[offset : offset + limit]]
        return json_reply({"total": len(found), "offset": offset, "limit": limit, "data": shown})

    def _changed_since(self, instant: int) -> array[int]:
        """Indexes of the dossiers changed at or after an instant (ms); sorted once a day."""
        if self._day != self._world.day:
            self._day, self._order = self._world.day, by_change(self._world.dossiers, newest_first=False)
        updated = self._world.dossiers.updated
        return self._order[bisect_left(self._order, instant, key=updated.__getitem__) :]

    def _find(self, code: str) -> int | None:
        date, _, number = code.rpartition("-")
        try:
            return self._world.dossiers.find(code, day_from_code(date.rpartition("-")[2]), int(number) - 1)
        except ValueError:
            return None

    def _record(self, index: int) -> dict[str, Any]:
        dossiers = self._world.dossiers
        state, accepted = dossiers.status[index], dossiers.accepted[index]
        return _record(dossiers.life(index), state, None if accepted == NEVER else accepted, dossiers.updated[index])


def _record(life: Life, state: int, accepted: int | None, updated: int) -> dict[str, Any]:
    return {
        "code": life.code,
        "procedureCode": life.local.code,
        "agency": {"code": life.agency_code, "name": life.agency.name},
        "status": WORDS[state],
        "statusName": NAMES[state],
        "isOnline": life.online,
        "filedAt": _iso(life.steps[0][0]),
        "acceptedAt": _iso(accepted),
        "updatedAt": _iso(updated),
    }


def _iso(instant: int | None) -> str | None:
    """An instant (ms) with a colon in its offset."""
    text = timestamp(instant)
    return None if text is None else f"{text[:-2]}:{text[-2:]}"


def _problem(status: int, error: str) -> Reply:
    return json_reply({"status": status, "error": error}, status)
