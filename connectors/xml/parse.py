"""The one XML parser of this gateway, and what it refuses. Everything that reads XML from a portal goes through here.

No document type (so no entity, no expansion, no file, no address), bounded depth, attributes and text, and errors that
name the place and never the payload. Needs lxml 6.1.3 or newer: older ones read local files (design: rule 9).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO

from connectors.decode import BrokenAnswer
from connectors.errors import FatalPortalError, SessionExpired

PIECE = 1 << 16
"""Bytes given to the parser at a time: what one step may need of memory."""
PROLOG = 1 << 20
"""Bytes in which the first element must have begun."""
_PARSER_LIMIT = 10_000_000
"""Characters libxml2 allows one text before `huge_tree` has to be asked for."""
_HTML = re.compile(rb"\s*(<!doctype\s+html|<html)", re.IGNORECASE)
NO_TAG = "{-}-"
"""A tag no element can have: no element is then handed out while a document is read."""

Source = BinaryIO | bytes | str


class HostileAnswer(FatalPortalError):
    """The document does what no honest answer needs to do: a document type, entities, depth or size beyond the guards."""


@dataclass(frozen=True)
class Guards:
    """What a document may be at most: levels of nesting, attributes of one element, characters of one text."""

    depth: int = 256
    attributes: int = 64
    text: int = 10_000_000


DEFAULT_GUARDS = Guards()


def local(tag: Any) -> str:
    """A tag's name without its namespace, short enough for a message."""
    return str(tag).rpartition("}")[2][:60]


def hostile(what: str, where: str = "") -> HostileAnswer:
    """The refusal of a document, with the one thing a person can do about it."""
    return HostileAnswer(what, where=where, do="do not widen the guards before the portal's owner has explained it")


def tree(data: bytes | str, guards: Guards = DEFAULT_GUARDS) -> Any:
    """The root element of a whole small document. Raises as Document.ended does."""
    return Document(data, guards).read()


class Document:
    """One XML document, read once, piece by piece.

    source: an open binary file, bytes, or text that was itself found inside a document (an encoding it declares is
    then no longer true and is ignored). accept: told the root's tag before any element is handed out; may raise.
    """

    def __init__(self, source: Source, guards: Guards, accept: Callable[[str], None] | None = None) -> None:
        self.guards, self._accept = guards, accept
        self._source, self._encoding = _opened(source)
        self.root: Any = None

    def read(self) -> Any:
        """The root element, with everything in it."""
        for _ in self.ended(NO_TAG):
            pass
        return self.root

    def ended(self, *tags: str) -> Iterator[Any]:
        """The elements with one of these tags (or all), each when it has ended. `root` is set after the last.

        Raises HostileAnswer; BrokenAnswer where the document is cut, not XML or not in its declared encoding;
        SessionExpired for an HTML page, which is nearly always a login page.
        """
        from lxml import etree

        pieces = self._pieces()
        seen = self._prolog(pieces)
        parser = etree.XMLPullParser(events=("end",), tag=tags or None, **self._options())
        for piece in chain(seen, pieces):
            with _explained(parser):
                parser.feed(piece)
            for _, element in parser.read_events():
                yield element
        with _explained(parser):
            self.root = parser.close()

    def _pieces(self) -> Iterator[bytes]:
        first = self._source.read(PIECE)
        if _HTML.match(first):
            raise _html_page()
        # White space before the declaration is an error in XML; documents inside strings begin so all the time.
        first = first.lstrip(b" \t\r\n")
        while first:
            yield first
            first = self._source.read(PIECE)

    def _prolog(self, pieces: Iterator[bytes]) -> list[bytes]:
        """Read until the first element has begun and look at what stands before it. Gives back what was read."""
        from lxml import etree

        parser = etree.XMLPullParser(events=("start",), **self._options())
        seen: list[bytes] = []
        for piece in pieces:
            seen.append(piece)
            with _explained(parser):
                parser.feed(piece)
            for _, root in parser.read_events():
                self._look_at(root)
                return seen
            if sum(map(len, seen)) > PROLOG:
                raise hostile(f"no element within {PROLOG} bytes")
        raise BrokenAnswer(
            f"no XML element in {sum(map(len, seen))} bytes", do="try again later; compare the answer with the contract"
        )

    def _look_at(self, root: Any) -> None:
        if root.getroottree().docinfo.doctype:
            raise hostile("a document type declaration (DOCTYPE), which can hide files and endless texts")
        if local(root.tag).lower() == "html":
            raise _html_page()
        if self._accept:
            self._accept(root.tag)

    def _options(self) -> dict[str, Any]:
        return {
            "resolve_entities": False,
            "no_network": True,
            "load_dtd": False,
            "attribute_defaults": False,
            "recover": False,
            "huge_tree": self.guards.text > _PARSER_LIMIT,
            # A comment inside a text would cut it in two, and whoever reads the first half sees another value.
            "remove_comments": True,
            "remove_pis": True,
            "encoding": self._encoding,
        }


def _opened(source: Source) -> tuple[BinaryIO, str | None]:
    if isinstance(source, bytes):
        return io.BytesIO(source), None
    if not isinstance(source, str):
        return source, None
    try:
        return io.BytesIO(source.encode()), "utf-8"
    except UnicodeEncodeError:
        raise BrokenAnswer("a text with half a character (a lone surrogate) in place of XML") from None


def _html_page() -> SessionExpired:
    return SessionExpired(
        "an HTML page came in place of XML, probably the login page",
        do="check the address and the credentials of the connection",
    )


@contextmanager
def _explained(parser: Any) -> Iterator[None]:
    from lxml import etree

    try:
        yield
    except etree.XMLSyntaxError:
        # The first finding is the cause; lxml raises the last, or only that there is no document.
        raise _refusal(next(iter(parser.feed_error_log), None)) from None


def _refusal(finding: Any) -> HostileAnswer | BrokenAnswer:
    """The parser's finding by its symbolic name and place: its own words may quote the document."""
    where = f"line {finding.line}, column {finding.column}" if finding else ""
    name = finding.type_name if finding else "no document"
    if name in {"ERR_RESOURCE_LIMIT", "ERR_ENTITY_LOOP"}:
        return hostile("nested deeper or one text longer than the parser allows", where)
    return BrokenAnswer(
        f"not a complete XML document ({name})",
        where=where,
        do="try again later; if it stays, compare the answer with the portal's contract",
    )
