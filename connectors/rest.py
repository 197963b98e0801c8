"""JSON over HTTP: a stream's request becomes pages of bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from connectors import decode, paging
from connectors.auth import SignedIn
from connectors.errors import ExplainedError, FatalPortalError
from connectors.http import Request
from connectors.paging import Paging


@dataclass(frozen=True)
class Page:
    """One complete answer. name: what a person calls it ("page 3"); request: what was asked, without credentials."""

    name: str
    request: dict[str, Any]
    body: bytes
    received_at: datetime
    records: int
    declared_total: int | None = None


@dataclass(frozen=True)
class StreamRequest:
    """What to ask for one stream. each: (member of the body or query, values) when the portal wants a call per value."""

    request: Request
    records: str
    paging: Paging = field(default_factory=Paging)
    each: tuple[str, Iterable[str]] | None = None


# True when no older record is wanted; given the last record of a page in the portal's order.
Enough = Callable[[dict[str, Any]], bool]


def pages(client: SignedIn, stream: StreamRequest, enough: Enough | None = None) -> Iterator[Page]:
    """All pages of a stream, in order. The next call is under way while the caller works on a page.

    Raises PortalError with the name of the page it happened on.
    """
    if stream.each is None:
        yield from _ahead(_paged(client, stream, enough), workers=1)
    else:
        yield from _one_call_each(client, stream)


def _paged(client: SignedIn, stream: StreamRequest, enough: Enough | None) -> Iterator[Page]:
    previous = b""
    for name, request in paging.calls(stream.paging, stream.request):
        page, members, found = _ask(client, stream, name, request)
        if found and page.body == previous:
            raise FatalPortalError(
                "the portal answers with the very bytes of the page before",
                where=name,
                do="compare the paging parameters in the mapping with the portal's contract",
            )
        previous = page.body
        yield page
        if paging.is_last(stream.paging, members, len(found)) or (enough and enough(decode.record(found[-1]))):
            return


def _one_call_each(client: SignedIn, stream: StreamRequest) -> Iterator[Page]:
    """Keeps `parallel` calls under way and hands the pages on in the order of the values."""
    assert stream.each is not None
    member, values = stream.each
    waiting = iter(values)

    def _ask_for(value: str) -> Page:
        return _ask(client, stream, f"{member}={value}", stream.request.with_body({member: value}))[0]

    workers = client.client.limits.parallel
    with ThreadPoolExecutor(workers) as pool:
        running: list[Future[Page]] = [pool.submit(_ask_for, value) for value in islice(waiting, workers * 2)]
        try:
            while running:
                page = running.pop(0).result()
                running.extend(pool.submit(_ask_for, value) for value in islice(waiting, 1))
                yield page
        finally:
            for future in running:
                future.cancel()


def _ahead(source: Iterator[Page], workers: int) -> Iterator[Page]:
    """Read one page ahead in a thread, so that the portal works while we do."""
    with ThreadPoolExecutor(workers) as pool:
        coming = pool.submit(next, source, None)
        while (page := coming.result()) is not None:
            coming = pool.submit(next, source, None)
            yield page


def _ask(
    client: SignedIn, stream: StreamRequest, name: str, request: Request
) -> tuple[Page, decode.Envelope, list[msgspec.Raw]]:
    try:
        body, members = client.send(request)
        found = decode.records(members, stream.records)
    except ExplainedError as error:
        raise error.located(name) from None
    page = Page(
        name=name,
        request={"method": request.method, "path": request.path, "query": dict(request.query), "body": request.body},
        body=body,
        received_at=datetime.now(UTC),
        records=len(found),
        declared_total=paging.declared_total(stream.paging, members),
    )
    return page, members, found
