"""decode: a landed page → its records as JSON bytes, as the stream's format says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Row

from connectors.formats import opened
from connectors.pages import REFUSED
from gateway.land import Landing
from gateway.portals import StreamSpec


def records_of(landing: Landing, stream: StreamSpec, page: Row[Any]) -> Iterator[msgspec.Raw]:
    """The records of a page; none where the portal had nothing to send. Raises StoreError or BrokenAnswer."""
    if page.byte_count == 0:
        return
    if stream.form.is_streamed:
        with landing.open(page) as source:
            yield from opened(source, stream.form).records
    else:
        yield from opened(landing.read(page), stream.form).records


def refusal(page: Row[Any]) -> str | None:
    """Why the portal refused the one record this page was asked for; None when it did not."""
    found: str | None = page.request.get(REFUSED)
    return found
