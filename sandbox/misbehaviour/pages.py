"""Misbehaviour with the records of a page and with the way from page to page."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
from starlette.responses import Response

from sandbox.misbehaviour.fault import Call, Count, Fault
from sandbox.misbehaviour.records import Records, edited_bytes
from sandbox.reply import Reply, encode

CURSORS = ("next", "nextCursor", "next_cursor", "cursor", "nextPageToken", "next_page_token", "continuation")


class Rewrite(Fault, tag="rewrite"):
    """Overwrites or adds fields of some records, and removes others; all other records stay as they are.

    `records` is {place in the page: {path of a field: value}}, `remove` {place in the page: [path of a field]}.
    """

    records: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    remove: dict[str, list[str]] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        if not all(index.isdigit() for index in (*self.records, *self.remove)):
            raise ValueError('the keys of records and remove are places in the page: "0", "1"...')

    def spoiled(self, reply: Reply) -> Reply:
        """The page with other values."""
        return replace(reply, body=edited_bytes(reply.body, self._edit))

    def _edit(self, records: Records) -> None:
        for index, changes in self.records.items():
            for path, value in changes.items():
                records.put(int(index), path, value)
        for index, paths in self.remove.items():
            for path in paths:
                records.drop(int(index), path)


class DuplicatePage(Fault, tag="duplicate_page"):
    """The very answer of the call before, of the same service or path; the good answer when there was none."""

    async def respond(self, call: Call) -> Response:
        """What was said last."""
        reply = call.do()
        return (call.before or reply).response()


class ShiftedPage(Fault, tag="shifted_page"):
    """Leaves out the first `count` records, as when so many were taken out of the pages before; totals stay."""

    count: Count = 1

    def spoiled(self, reply: Reply) -> Reply:
        """The rest of the page."""
        return replace(reply, body=edited_bytes(reply.body, lambda records: records.keep(slice(self.count, None))))


class Shrunk(Fault, tag="shrunk"):
    """A list of only its first `count` records, and totals to match: everything looks right, but it is far too little."""

    count: Count = 0

    def spoiled(self, reply: Reply) -> Reply:
        """The short list."""

        def _edit(records: Records) -> None:
            records.keep(slice(self.count))
            records.declare(min(self.count, len(records)))

        return replace(reply, body=edited_bytes(reply.body, _edit))


class RepeatCursor(Fault, tag="repeat_cursor"):
    """Gives the way to the next page that the call before gave, so that it leads to this very page again.

    `field` is the path of the cursor in a JSON answer; else the usual names are tried.
    """

    field: str | None = None

    async def respond(self, call: Call) -> Response:
        """The good answer with the old cursor."""
        reply = call.whole()
        if call.before is None or not reply.body.lstrip().startswith(b"{"):
            return reply.response()
        page, before = msgspec.json.decode(reply.body), msgspec.json.decode(call.before.body)
        for path in [self.field] if self.field else CURSORS:
            _take_over(page, before, path.split("."))
        return replace(reply, body=encode(page)).response()


def _take_over(page: Any, before: Any, path: Sequence[str]) -> None:
    """Copies one member of a page, if the page before has it."""
    for key in path[:-1]:
        page, before = (each.get(key) if isinstance(each, dict) else None for each in (page, before))
    if isinstance(page, dict) and isinstance(before, dict) and path[-1] in before:
        page[path[-1]] = before[path[-1]]
