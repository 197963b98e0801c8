"""One polite call to a portal, held beside a mapping: which members came, which are used, which are not, which are missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from connectors import decode, pages
from connectors.body import Packed
from connectors.dates import today, written
from connectors.errors import FatalPortalError, NothingThere, RecordRefused
from connectors.files.pages import Folder
from connectors.formats import opened
from connectors.pages import REFUSED, Caller, Page, StreamRequest
from connectors.paging import Whole
from connectors.windows import AsOf, DateWindow
from gateway.mapping import paths
from gateway.mapping.bench.coverage import Shapes, columns_of, is_ignored
from gateway.mapping.compile import Mapping as Compiled
from gateway.mapping.compile import compile_mapping
from gateway.portals import PortalSpec, StreamSpec
from gateway.sources import Source, is_in, sources

ENOUGH = 50
"""Records looked at."""

LATELY = timedelta(days=7)
"""How far back a portal that sends what changed since a moment is asked."""


@dataclass(frozen=True)
class Probe:
    """What one call showed. members: dotted path → (kind of value, in how many records); lists are walked through."""

    stream: StreamSpec
    page: Page
    records: list[dict[str, Any]]
    members: Mapping[str, tuple[str, int]]
    mapping: Compiled = field(compare=False)

    def rows(self) -> Iterator[dict[str, Any]]:
        """A line for each member that came, then for each that the mapping reads and that did not come."""
        if not self.records:
            yield nothing("no records came")
            return
        uses = sources(self.mapping)
        for path, (kind, count) in sorted(self.members.items()):
            yield {"member": path, "kind": kind, "records": count, "use": self._use(path, uses)}
        for path in sorted({each.path for each in uses if not self._came(each)}):
            columns = sorted({each.column for each in uses if each.path == path})
            yield {"member": path, "kind": "", "records": 0, "use": f"missed by {', '.join(columns)}"}

    def _use(self, path: str, uses: tuple[Source, ...]) -> str:
        columns = columns_of(path, uses)
        if columns:
            return f"→ {', '.join(columns)}"
        return "ignored" if is_ignored(path, self.mapping) else "not used"

    def _came(self, source: Source) -> bool:
        """Also where what may stand in for it came, or an empty member above it: then there was nothing to come."""
        return any(is_in(path, came) or is_in(came, path) for path in source.any_of for came in self.members)


def nothing(why: str) -> dict[str, Any]:
    """The only line of a stream of which nothing can be seen."""
    return {"member": "", "kind": "", "records": 0, "use": why}


def probe(spec: PortalSpec, stream: StreamSpec, caller: Caller | Folder) -> Probe:
    """Ask for a stream's first page (of one value, where there is a call per value); of files, read the first.

    Raises PortalError; NothingThere where no value is known to ask with.
    """
    page = _first_page(spec, stream, caller)
    if REFUSED in page.request:
        raise RecordRefused(str(page.request[REFUSED]), where=page.name, do="see what this means in its contract")
    records = [decode.record(raw) for raw in islice(_records(stream, page), ENOUGH)]
    return Probe(stream, page, records, _members(records), compile_mapping(stream))


def _first_page(spec: PortalSpec, stream: StreamSpec, caller: Caller | Folder) -> Page:
    if isinstance(caller, Folder):
        found = next(caller.pages(stream.request.operation, stream.form, ()), None)
        if found is None:
            raise FatalPortalError(
                f"no complete file fits {stream.request.operation!r}",
                do="see what lies there, or wait until it settles",
            )
        return found
    return next(pages.pages(caller, _first_request(spec, stream, caller)))


def _first_request(spec: PortalSpec, stream: StreamSpec, caller: Caller) -> StreamRequest:
    """The first call alone: with its paging the next page would be asked for ahead."""
    request, paging = stream.request, stream.paging
    if isinstance(paging, DateWindow):
        paging = paging.between(today() - timedelta(days=paging.days - 1), today())
    elif isinstance(paging, AsOf):
        paging = paging.on(today())
    since = stream.incremental
    if since and since.kind == "changed_since":
        request = request.with_parameters({since.send: written(today() - LATELY, since.send_form)}, since.place)
    if stream.for_each:
        return StreamRequest(request, stream.form, each=(stream.for_each.send, [_one_value(spec, stream, caller)]))
    return StreamRequest(paging.first(request).request, stream.form, Whole(paging.total))


def _one_value(spec: PortalSpec, stream: StreamSpec, caller: Caller) -> str:
    """A value to ask with, from the first page of the stream that has them."""
    assert stream.for_each is not None
    source = spec.stream(stream.for_each.stream)
    get = paths.getter(stream.for_each.field)
    for raw in _records(source, _first_page(spec, source, caller)):
        if (value := get(decode.record(raw))) not in (None, ""):
            return str(value)
    raise NothingThere(f"stream {source.stream} showed no {stream.for_each.field} to ask with")


def _records(stream: StreamSpec, page: Page) -> Iterator[Any]:
    body = page.body
    if isinstance(body, Packed):
        with body.open() as source:
            yield from opened(source, stream.form).records
    elif body:
        yield from opened(body, stream.form).records


def _members(records: list[dict[str, Any]]) -> dict[str, tuple[str, int]]:
    shapes = Shapes()
    for record in records:
        shapes.add(record)
    return {path: (kind, shapes.counts[path]) for path, kind in shapes.kinds.items()}
