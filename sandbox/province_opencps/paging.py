"""Ranges as OpenCPS takes them: `start` counts from 0, `end` is not included, -1 and -1 (or neither) mean everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sandbox.reply import Reply

T = TypeVar("T")
ALL = -1


class BadRequest(ValueError):
    """A parameter nobody can make sense of; the message names it."""


@dataclass(frozen=True, slots=True)
class Range:
    """Which part of a list a client asks for."""

    start: int
    end: int

    def cut(self, everything: Sequence[T]) -> Sequence[T]:
        """That part; empty beyond the end of the list."""
        return everything if self.start == ALL or self.end == ALL else everything[self.start : self.end]


def asked_range(parameters: Mapping[str, str]) -> Range:
    """Reads start and end; raises BadRequest."""
    start, end = (_number(parameters, name) for name in ("start", "end"))
    if ALL not in (start, end) and start > end:
        raise BadRequest("start must not be greater than end")
    return Range(start, end)


def list_reply(records: Sequence[bytes], total: int) -> Reply:
    """`{total, data}` of records that are already JSON; the total is of the whole list, not of the part."""
    return Reply(b'{"total":%d,"data":[%s]}' % (total, b",".join(records)))


def _number(parameters: Mapping[str, str], name: str) -> int:
    text = parameters.get(name) or str(ALL)
    if text != str(ALL) and not text.isdecimal():
        raise BadRequest(f"{name}: {text}")
    return int(text)
