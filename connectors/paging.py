"""How a long answer is asked for in pieces: a closed list of small objects, each says the next call or that it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from connectors.decode import Envelope, value
from connectors.http import Request


@dataclass(frozen=True)
class Paging:
    """kind `whole`: one answer holds everything. kind `page`: a page number and a size in the query.

    page, size: query parameters. first: number of the first page. last: a member that is true on the last page.
    total: a member with the declared number of records, or "".
    """

    kind: str = "whole"
    page: str = "page"
    size: str = "size"
    page_size: int = 500
    first: int = 0
    last: str = "last"
    total: str = ""


def _whole(_: Paging, request: Request) -> Iterator[tuple[str, Request]]:
    yield "whole", request


def _page(paging: Paging, request: Request) -> Iterator[tuple[str, Request]]:
    number = paging.first
    while True:
        yield f"page {number}", request.with_query({paging.page: str(number), paging.size: str(paging.page_size)})
        number += 1


KINDS: Mapping[str, Callable[[Paging, Request], Iterator[tuple[str, Request]]]] = {"whole": _whole, "page": _page}


def calls(paging: Paging, request: Request) -> Iterator[tuple[str, Request]]:
    """The calls to make, each with a name a person knows it by; the caller stops when `is_last` says so."""
    return KINDS[paging.kind](paging, request)


def is_last(paging: Paging, members: Envelope, count: int) -> bool:
    """Whether this page is the end: the portal says so, or it is empty (a portal that forgets to say so)."""
    return paging.kind == "whole" or count == 0 or value(members, paging.last) is True


def declared_total(paging: Paging, members: Envelope) -> int | None:
    """How many records the portal says there are, None when it does not say."""
    total = value(members, paging.total) if paging.total else None
    return total if isinstance(total, int) and not isinstance(total, bool) else None
