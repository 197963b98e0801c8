"""Files of a folder as pages: one file, one page, landed as it lay there."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connectors.body import PIECE, Packed
from connectors.connection import Connection
from connectors.errors import ExplainedError
from connectors.files.folder import FolderSpec, FoundFile, waiting
from connectors.formats import Format, opened
from connectors.pages import Page

IDENTITY = "identity"
"""The key of a page's request that tells a file that was taken from one that was not."""


class Folder:
    """A folder whose files are a portal's streams. `spec` says how they are found; a stream says which."""

    def __init__(self, spec: FolderSpec, connection: Connection) -> None:
        self.spec, self.connection = spec, connection

    def pages(self, pattern: str, form: Format, taken: Container[str]) -> Iterator[Page]:
        """The complete files that fit and were not taken yet, in order of name. Raises PortalError with the file's name."""
        for found in waiting(replace(self.spec, pattern=pattern), self.connection, taken):
            try:
                yield _page(found, form)
            except ExplainedError as error:
                raise error.located(found.name) from None


def _page(found: FoundFile, form: Format) -> Page:
    with found.open() as source:
        body = Packed.of(iter(lambda: source.read(PIECE), b""))
    with body.open() as plain:
        count = sum(1 for _ in opened(plain, form).records)
    asked: dict[str, Any] = {"method": "FILE", "path": found.name, "query": {}, "body": None, IDENTITY: found.identity}
    return Page(found.name, asked, body, datetime.now(UTC), count)
