"""A stream's request becomes pages of bytes, whatever the protocol: in order, the next one under way while one is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol, TypeVar

import msgspec

from connectors import decode
from connectors.body import Packed
from connectors.decode import Envelope
from connectors.errors import ExplainedError, FatalPortalError, NothingThere, RecordRefused
from connectors.formats import Format
from connectors.http.politeness import Limits
from connectors.paging import Call, Paging, Seen, Whole, declared_total
from connectors.paging import Page as Numbered
from connectors.request import Request

A = TypeVar("A")
B = TypeVar("B")

REFUSED = "refused"
"""The key of a page's request that says why the portal refused the one record asked for; such a page has no records."""


@dataclass(frozen=True)
class Received:
    """A good answer, opened. records: those of a JSON answer; of a streamed one only the last, for memory stays flat.

    note: what a person should know of it although it is good.
    """

    body: bytes | Packed
    headers: Any
    members: Envelope
    count: int
    records: Sequence[msgspec.Raw]
    note: str = ""


class Caller(Protocol):
    """Sends a call of a portal with its credentials and says no to an answer that is not what the contract promises."""

    @property
    def limits(self) -> Limits: ...  # noqa: D102

    def call(self, request: Request, form: Format) -> Received:
        """The answer. Raises PortalError."""


@dataclass(frozen=True)
class Page:
    """One complete answer. name: what a person calls it ("page 3"); request: what was asked, without credentials.

    moved: the list was seen to move while it was read, so this page may lie over or beside the one before. slipped: rows went
    out of it meanwhile, so that some may have come to lie on a page that was read already. note: what a person should know of
    the answer.
    """

    name: str
    request: dict[str, Any]
    body: bytes | Packed
    received_at: datetime
    records: int
    declared_total: int | None = None
    moved: bool = False
    slipped: bool = False
    note: str = ""


@dataclass(frozen=True)
class StreamRequest:
    """What to ask for one stream. each: (parameter, values) when the portal wants a call per value."""

    request: Request
    form: Format
    paging: Paging = field(default_factory=Whole)
    each: tuple[str, Iterable[str]] | None = None


# True when no older record is wanted; given the last record of a page in the portal's order.
Enough = Callable[[dict[str, Any]], bool]


def pages(caller: Caller, stream: StreamRequest, enough: Enough | None = None) -> Iterator[Page]:
    """All pages of a stream, in order. The next call is under way while the caller works on a page.

    Raises PortalError with the name of the page it happened on.
    """
    if stream.each is None:
        yield from _ahead(_paged(caller, stream, enough))
    else:
        yield from _one_call_each(caller, stream)


def _paged(caller: Caller, stream: StreamRequest, enough: Enough | None) -> Iterator[Page]:
    before: tuple[Page, Received] | None = None
    for call, received in _answers(caller, stream, parallel=enough is None):
        page = _page(stream, call, received, before)
        yield page
        if enough and received.records and enough(decode.record(received.records[-1])):
            return
        before = page, received


def _answers(caller: Caller, stream: StreamRequest, parallel: bool) -> Iterator[tuple[Call, Received]]:
    """Answers in the order of the pages. Where the first one tells how many there are, the others are asked for together."""
    call: Call | None = stream.paging.first(stream.request)
    while call is not None:
        received = _ask(caller, stream, call)
        yield call, received
        seen = Seen(received.members, received.count, received.headers)
        known = stream.paging.known(call, seen) if parallel and caller.limits.parallel > 1 else []
        for further in in_order(caller.limits.parallel, known, lambda call: (call, _ask(caller, stream, call))):
            call, received = further
            yield further
        parallel = False
        call = stream.paging.next(call, Seen(received.members, received.count, received.headers))


def _page(stream: StreamRequest, call: Call, received: Received, before: tuple[Page, Received] | None) -> Page:
    total, moved, slipped = declared_total(stream.paging, received.members), False, False
    if before:
        page, earlier = before
        if received.count and received.body == page.body:
            raise FatalPortalError(
                "the portal answers with the very bytes of the page before",
                where=call.name,
                do="compare the paging parameters in the mapping with the portal's contract",
            )
        slipped = _is_less(total, page.declared_total) or _has_gap(stream.paging, earlier, received)
        moved = slipped or page.declared_total != total or _comes_again(earlier, received)
    return replace(_as_page(call.name, call.request, received, total), moved=moved, slipped=slipped)


def _is_less(total: int | None, before: int | None) -> bool:
    return total is not None and before is not None and total < before


def _has_gap(paging: Paging, earlier: Received, received: Received) -> bool:
    """Whether one of two pages that follow each other is not full, though it is not the last: rows went out of it."""
    if not isinstance(paging, Numbered):
        return False  # pages of other kinds have no size of their own, or the next one begins where this one ended
    says_more = decode.value(received.members, paging.last) is False
    return 0 < earlier.count < received.count or (received.count < earlier.count and says_more)


def _comes_again(earlier: Received, received: Received) -> bool:
    """Whether the last record of the page before stands on this one too: rows were put in above it meanwhile."""
    return bool(earlier.records) and bytes(earlier.records[-1]) in {bytes(raw) for raw in received.records[:50]}


def _one_call_each(caller: Caller, stream: StreamRequest) -> Iterator[Page]:
    """A call per value, several under way, the pages in the order of the values."""
    assert stream.each is not None
    parameter, values = stream.each

    def _ask_for(value: str) -> Page:
        request = stream.request.with_parameters({parameter: value})
        return _one_record(caller, stream, Call(f"{parameter}={value}", request))

    yield from in_order(caller.limits.parallel, values, _ask_for)


def in_order(workers: int, asked: Iterable[A], answer: Callable[[A], B]) -> Iterator[B]:
    """Answers in the order of what is asked, `workers` of them under way, and never more than twice as many waiting."""
    waiting = iter(asked)
    with ThreadPoolExecutor(workers) as pool:
        running: list[Future[B]] = [pool.submit(answer, each) for each in islice(waiting, workers * 2)]
        try:
            while running:
                found = running.pop(0).result()
                running.extend(pool.submit(answer, each) for each in islice(waiting, 1))
                yield found
        finally:
            for future in running:
                future.cancel()


def _one_record(caller: Caller, stream: StreamRequest, call: Call) -> Page:
    """The answer to one value. A refusal of that one record is kept as a page that says so: the others may well come."""
    try:
        return _as_page(call.name, call.request, _ask(caller, stream, call))
    except RecordRefused as refusal:
        page = _as_page(call.name, call.request, Received(b"", {}, {}, 0, ()))
        page.request[REFUSED] = refusal.what
        return page


def _ahead(source: Iterator[Page]) -> Iterator[Page]:
    """Read one page ahead in a thread, so that the portal works while we do."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, source, None)
        while (page := coming.result()) is not None:
            coming = pool.submit(next, source, None)
            yield page


def _ask(caller: Caller, stream: StreamRequest, call: Call) -> Received:
    try:
        return caller.call(call.request, stream.form)
    except NothingThere:
        return Received(b"", {}, {}, 0, ())
    except ExplainedError as error:
        raise error.located(call.name) from None


def _as_page(name: str, request: Request, received: Received, total: int | None = None) -> Page:
    asked = {
        "method": request.method,
        "path": request.operation or request.path,
        "query": dict(request.query),
        "body": request.body if request.form is None else dict(request.form),
    }
    return Page(name, asked, received.body, datetime.now(UTC), received.count, total, note=received.note)
