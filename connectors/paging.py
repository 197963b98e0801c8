"""How a long answer is asked for in pieces: a closed list; each kind says the first call, and after an answer the next one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from connectors.decode import Envelope, value
from connectors.errors import FatalPortalError
from connectors.request import Request

_NEXT_LINK = re.compile(r"<([^>]*)>[^,]*\brel=\"?next\"?")


@dataclass(frozen=True)
class Call:
    """One call of a stream. name: what a person knows it by ("page 3"); at: the page's number or the offset it asks for."""

    name: str
    request: Request
    at: int = 0


@dataclass(frozen=True)
class Seen:
    """What an answer tells about what comes after it. count: its records."""

    members: Envelope
    count: int
    headers: Mapping[str, str] = field(default_factory=dict)


class Paging(Protocol):
    """One kind of paging. total: the member with the declared number of records, "" when the portal does not say."""

    @property
    def total(self) -> str: ...  # noqa: D102

    def first(self, request: Request) -> Call:
        """The first call."""

    def next(self, call: Call, seen: Seen, /) -> Call | None:
        """The call after this answer; None when it was the last."""

    def known(self, call: Call, seen: Seen, /) -> Iterable[Call]:
        """After the first answer: the calls that must follow, as far as it tells; they may be made together."""


class OneByOne:
    """Kinds whose next call is known only from the answer before."""

    def known(self, _call: Call, _seen: Seen, /) -> Iterable[Call]:
        """None of them."""
        return ()


@dataclass(frozen=True)
class Whole(OneByOne):
    """One answer holds everything."""

    total: str = ""

    def first(self, request: Request) -> Call:
        """The only call."""
        return Call("whole", request)

    def next(self, _call: Call, _seen: Seen, /) -> None:
        """Nothing comes after it."""
        return


@dataclass(frozen=True)
class Page:
    """A page number and a size (Spring's from 0, others from 1).

    page, size: parameters; size "" where the portal alone decides it. first_page: number of the first page. last: a member
    that is true on the last page. pages: a member with the number of pages. place: where the parameters stand, `query` or
    `body`; "" for where the method has them.
    """

    page: str = "page"
    size: str = "size"
    page_size: int = 500
    first_page: int = 0
    last: str = "last"
    pages: str = ""
    total: str = ""
    place: str = ""

    def first(self, request: Request) -> Call:
        """The first page."""
        return self._call(request, self.first_page)

    def next(self, call: Call, seen: Seen) -> Call | None:
        """The page after, unless the portal says it was the last, or it was empty (a portal that forgets to say so)."""
        pages = _number(seen.members, self.pages)
        over = value(seen.members, self.last) is True or (pages is not None and call.at - self.first_page + 1 >= pages)
        return None if over or seen.count == 0 else self._call(call.request, call.at + 1)

    def known(self, call: Call, seen: Seen, /) -> Iterable[Call]:
        """All pages, where their number or that of the records is declared."""
        pages, total = _number(seen.members, self.pages), _number(seen.members, self.total)
        if pages is None:
            pages = -(-total // seen.count) if total and seen.count else 0
        return (self._call(call.request, self.first_page + each) for each in range(1, pages))

    def _call(self, request: Request, number: int) -> Call:
        more = {self.page: number} | ({self.size: self.page_size} if self.size else {})
        return Call(f"page {number}", request.with_parameters(more, self.place), number)


@dataclass(frozen=True)
class Offset:
    """How many records to skip, and how many to send."""

    offset: str = "offset"
    limit: str = "limit"
    page_size: int = 500
    total: str = ""
    place: str = ""

    def first(self, request: Request) -> Call:
        """From the beginning."""
        return self._call(request, 0)

    def next(self, call: Call, seen: Seen) -> Call | None:
        """From where this answer ended; over when the declared total is reached, or a page is not full."""
        at, total = call.at + seen.count, _number(seen.members, self.total)
        over = seen.count < self.page_size if total is None else at >= total
        return None if over or seen.count == 0 else self._call(call.request, at)

    def known(self, call: Call, seen: Seen, /) -> Iterable[Call]:
        """All further ones up to the declared total. A portal that sends fewer than asked for sets the step."""
        total = _number(seen.members, self.total) or 0
        step = seen.count
        return (self._call(call.request, at) for at in range(step, total, step)) if step else ()

    def _call(self, request: Request, at: int) -> Call:
        more = {self.offset: at, self.limit: self.page_size}
        return Call(f"from {at}", request.with_parameters(more, self.place), at)


@dataclass(frozen=True)
class StartEnd:
    """OpenCPS: the first record and the one after the last; -1 and -1 for everything (page_size 0)."""

    start: str = "start"
    end: str = "end"
    page_size: int = 0
    total: str = "total"
    place: str = ""

    def first(self, request: Request) -> Call:
        """From the beginning."""
        if not self.page_size:
            return Call("everything", request.with_parameters({self.start: -1, self.end: -1}, self.place))
        return self._call(request, 0)

    def next(self, call: Call, seen: Seen) -> Call | None:
        """From where this answer ended, until the declared total is reached or a page is not full."""
        at, total = call.at + seen.count, _number(seen.members, self.total)
        over = seen.count < self.page_size if total is None else at >= total
        return None if over or seen.count == 0 or not self.page_size else self._call(call.request, at)

    def known(self, call: Call, seen: Seen, /) -> Iterable[Call]:
        """All further ones up to the declared total. A portal that sends fewer than asked for sets the step."""
        total = _number(seen.members, self.total) or 0
        step = seen.count if self.page_size else 0
        return (self._call(call.request, at) for at in range(seen.count, total, step)) if step else ()

    def _call(self, request: Request, at: int) -> Call:
        more = {self.start: at, self.end: at + self.page_size}
        return Call(f"from {at}", request.with_parameters(more, self.place), at)


@dataclass(frozen=True)
class Cursor(OneByOne):
    """A mark in each answer leads to the next page. next_mark: the member that holds it; send: the parameter it goes into."""

    next_mark: str
    send: str
    total: str = ""
    place: str = ""

    def first(self, request: Request) -> Call:
        """Without a mark."""
        return Call("page 1", request, 1)

    def next(self, call: Call, seen: Seen) -> Call | None:
        """With the answer's mark; over when it has none. Raises FatalPortalError for the mark it was asked with."""
        mark = value(seen.members, self.next_mark)
        if mark in (None, "", False):
            return None
        following = call.request.with_parameters({self.send: mark}, self.place)
        if following == call.request:
            raise _no_progress(f"the mark {self.next_mark!r} is the one it was asked with", call)
        return Call(f"page {call.at + 1}", following, call.at + 1)


@dataclass(frozen=True)
class Link(OneByOne):
    """A link to the next page: in a member of the answer, or (next_link "") in the header `Link` with rel=next."""

    next_link: str = ""
    total: str = ""

    def first(self, request: Request) -> Call:
        """As the mapping says it."""
        return Call("page 1", request, 1)

    def next(self, call: Call, seen: Seen) -> Call | None:
        """Where the link leads, at the same portal only: its host is not read. Raises FatalPortalError for a circle."""
        found = value(seen.members, self.next_link) if self.next_link else _next_header(seen.headers)
        if not found:
            return None
        target = urlsplit(str(found))
        following = replace(call.request, path=target.path or call.request.path, query={}).with_query_text(target.query)
        if following == call.request:
            raise _no_progress("its link to the next page leads to itself", call)
        return Call(f"page {call.at + 1}", following, call.at + 1)


def declared_total(paging: Paging, members: Envelope) -> int | None:
    """How many records the portal says there are, None when it does not say."""
    return _number(members, paging.total)


def _number(members: Envelope, path: str) -> int | None:
    """A count, as number or as text."""
    found: Any = value(members, path) if path else None
    if isinstance(found, str) and found.isdecimal():
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _next_header(headers: Mapping[str, str]) -> str:
    found = _NEXT_LINK.search(headers.get("Link", ""))
    return found[1] if found else ""


def _no_progress(what: str, call: Call) -> FatalPortalError:
    return FatalPortalError(
        f"the portal leads in a circle: {what}", where=call.name, do="compare the paging with the portal's contract"
    )
