"""Finds the changed version of a stream: a file of its own, or the stream of the same name in another mapping folder."""

from __future__ import annotations

from pathlib import Path

from gateway.documents import Document
from gateway.errors import ConfigError
from gateway.portals import StreamSpec, load_portal, read_stream


def changed(stream: StreamSpec, file: Path | None, folder: Path | None) -> StreamSpec:
    """The stream as `file`, or else `folder`, has it. Raises ConfigError when it cuts an answer into other records."""
    if file is not None:
        spec = load_portal((stream.document.path.parent.parent,), stream.portal)
        new = read_stream(spec, Document(file))
    else:
        assert folder is not None
        new = load_portal((folder,), stream.portal).stream(stream.stream)
    if (new.stream, new.into) != (stream.stream, stream.into):
        raise ConfigError(
            f"this is stream {new.stream!r} into {new.into!r}, not {stream.stream!r} into {stream.into!r}",
            where=new.document.where(["stream"]),
            do="compare versions of one stream",
        )
    if new.form != stream.form:
        raise ConfigError(
            "it cuts an answer into other records: `format`, `table`, `unwrap` or `records` differ",
            where=new.document.where(["records"]),
            do="try it on a copy of the database: gateway replay",
        )
    return new
