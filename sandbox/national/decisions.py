"""Announcing decisions (quyết định công bố), which every version of a procedure points to by IDQUYETDINHCONGBO."""

from dataclasses import dataclass
from functools import lru_cache

from sandbox.world.catalogue import Catalogue, Entry
from sandbox.world.chance import Dice
from sandbox.world.clock import date_vietnamese


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision; the date is empty where the source does not say it."""

    id: int
    number: str
    date: str
    summary: str


def decision_of(entry: Entry) -> Decision:
    """The decision that announced the version in force: the catalogue's own one, or one of the last amendment."""
    return _amending(entry) if entry.is_amended else _original(entry)


def find_decision(catalogue: Catalogue, wanted: str) -> Decision | None:
    """The decision with this id: one in force today, or the one a procedure had before it was amended."""
    return _by_id(catalogue, catalogue.day).get(wanted)


@lru_cache(maxsize=2)
def _by_id(catalogue: Catalogue, _day: int) -> dict[str, Decision]:
    entries = [entry for entry in catalogue.ever() if entry.procedure.has_detail]
    decisions = [decide(entry) for entry in entries for decide in (_original, decision_of)]
    return {str(decision.id): decision for decision in decisions}


def _original(entry: Entry) -> Decision:
    number = entry.procedure.decision
    # Of a real decision only the number is known; a made-up one may have a made-up date.
    date = date_vietnamese(-Dice("decision date", number).below(700)) if number.endswith("/QĐ-MP") else ""
    return Decision(_id(entry.procedure.ministry, number), number, date, "")


def _amending(entry: Entry) -> Decision:
    number = f"{entry.amended_on:03}-{entry.procedure.code}/QĐ-MP"
    summary = f"Công bố thủ tục hành chính được sửa đổi, bổ sung: {entry.procedure.name} (dữ liệu mô phỏng)"
    return Decision(_id(number, entry.revision), number, date_vietnamese(entry.amended_on), summary)


def _id(*key: object) -> int:
    return 100_000 + Dice("decision", *key).below(9_000_000)
