"""Pages as Spring gives them: 0-based, with totals (spec=page) or without (spec=slice)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.reply import Reply, encode

LARGEST_PAGE = 1000
USUAL_PAGE = 20


class BadRequest(ValueError):
    """A parameter nobody can make sense of; the message names it."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page a client asks for."""

    number: int
    size: int
    with_totals: bool

    def cut(self, everything: Sequence[int]) -> Sequence[int]:
        """The part of a list that lies on this page."""
        start = self.number * self.size
        return everything[start : start + self.size]


def page_request(parameters: Mapping[str, str]) -> PageRequest:
    """Reads page, size (capped) and spec (page when absent); raises BadRequest."""
    spec = parameters.get("spec", "page")
    if spec not in ("page", "slice"):
        raise BadRequest(f"spec: {spec}")
    number, size = _number(parameters, "page", 0), _number(parameters, "size", USUAL_PAGE)
    if size < 1:
        raise BadRequest("size must not be less than one")
    return PageRequest(number, min(size, LARGEST_PAGE), spec == "page")


def page_reply(asked: PageRequest, records: Sequence[bytes], total: int) -> Reply:
    """A page of records that are already JSON; joined, never encoded again."""
    pages = -(-total // asked.size)
    head = {"totalElements": total, "totalPages": pages} if asked.with_totals else {}
    rest = {
        "last": (asked.number + 1) * asked.size >= total,
        "first": asked.number == 0,
        "number": asked.number,
        "size": asked.size,
        "numberOfElements": len(records),
    }
    return Reply(b'{"content":[' + b",".join(records) + b"]," + encode(head | rest)[1:])


def _number(parameters: Mapping[str, str], name: str, usual: int) -> int:
    text = parameters.get(name, str(usual))
    if not text.isdecimal():
        raise BadRequest(f"{name}: {text}")
    return int(text)
