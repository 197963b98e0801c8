"""Golden samples (mẫu chuẩn): beside each mapping, in `golden/`, a page as a portal sent it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from connectors import formats
from connectors.errors import PortalError
from connectors.formats import Format
from gateway.errors import ConfigError
from gateway.mapping.members import Members, members_of
from gateway.portals import StreamSpec


def place(stream: StreamSpec, ending: str) -> Path:
    """Where a file of the stream's sample lies: `<portal>/golden/<stream>.<ending>`."""
    return stream.document.path.parent / "golden" / f"{stream.stream}.{ending}"


def body_file(stream: StreamSpec) -> Path:
    """Where the sample's bytes lie; its ending says how the portal writes: json, xml, csv or xlsx."""
    return place(stream, {"diffgram": "xml"}.get(stream.form.kind, stream.form.kind))


def body(stream: StreamSpec) -> bytes:
    """The sample's bytes. Raises ConfigError where there is none."""
    file = body_file(stream)
    if not file.is_file():
        raise ConfigError(
            "the stream has no golden sample",
            where=str(file),
            do=f"keep one: gateway check {stream.portal} --live --stream {stream.stream} --keep",
        )
    return file.read_bytes()


def asked(stream: StreamSpec) -> dict[str, Any] | None:
    """What the sample was asked with, where that belongs to the record (`<stream>.request.json`)."""
    file = place(stream, "request.json")
    found: dict[str, Any] | None = json.loads(file.read_text("utf-8")) if file.is_file() else None
    return found


def members(stream: StreamSpec) -> list[Members]:
    """The sample's records, each as its undecoded members. Raises ConfigError."""
    try:
        return list(records(stream.form, body(stream), asked(stream)))
    except PortalError as error:
        raise ConfigError(
            f"the sample is not what the stream's `format` and `records` say: {error.what}",
            where=f"{stream.name}: {body_file(stream)}",
            do="correct either",
        ) from None


def records(form: Format, page: bytes, request: dict[str, Any] | None) -> Iterator[Members]:
    """The records of a page's bytes as a mapping takes them; `request`: what the page was asked with."""
    for raw in formats.records(BytesIO(page) if form.is_streamed else page, form):
        yield members_of(raw, request)
