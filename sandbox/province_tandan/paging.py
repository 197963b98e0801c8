"""Pages as Tân Dân counts them: the first is 1, and who names no size gets everything on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sandbox.reply import Reply, encode

T = TypeVar("T")
EVERYTHING = 2**31 - 1


class BadRequest(ValueError):
    """A parameter nobody can make sense of; the message names it."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page a client asks for; `number` counts from 1."""

    number: int
    size: int

    def cut(self, everything: Sequence[T]) -> Sequence[T]:
        """The part of a list that lies on this page; empty beyond the last one."""
        start = (self.number - 1) * self.size
        return everything[start : start + self.size]


def page_request(parameters: Mapping[str, Any]) -> PageRequest:
    """Reads pageNumber and pageSize, numbers or text; 0 is taken for the usual value; raises BadRequest."""
    return PageRequest(_number(parameters, "pageNumber") or 1, _number(parameters, "pageSize") or EVERYTHING)


def page_reply(asked: PageRequest, records: Sequence[bytes], total: int) -> Reply:
    """A page of records that are already JSON, and the counts of the whole list."""
    pages = -(-total // asked.size)
    rest = {
        "currentPage": asked.number,
        "totalPages": pages,
        "totalCount": total,
        "pageSize": asked.size,
        "hasPreviousPage": asked.number > 1,
        "hasNextPage": asked.number < pages,
    }
    return Reply(b'{"data":[' + b",".join(records) + b"]," + encode(rest)[1:])


def _number(parameters: Mapping[str, Any], name: str) -> int:
    text = str(parameters.get(name) or "0")
    if not text.isdecimal():
        raise BadRequest(f"{name}: {text}")
    return int(text)
