"""CSV as a stream of rows: the declared encoding strictly, a byte order mark heeded, nothing guessed."""

from __future__ import annotations

import codecs
import csv
import unicodedata
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from connectors.decode import BrokenAnswer
from connectors.tables.grid import GridRow, broken

PIECE = 64 * 1024
LONGEST_LINE = 4 * 1024 * 1024
"""Characters; without a cap a file without line breaks would lie in memory whole. Cells are capped by csv itself (131,072)."""

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_DECLARED = {"utf-8-sig": ("utf-8",), "utf-16": ("utf-16-le", "utf-16-be")}
"""Declarations that leave something to the byte order mark."""


class _Undecodable(Exception):
    """Carries the offending byte to where the row is known."""

    def __init__(self, byte: int) -> None:
        self.byte = byte


def rows(source: BinaryIO, codec: str, delimiter: str, quote: str) -> Iterator[GridRow]:
    """The rows of a CSV file with their numbers, as a spreadsheet counts them. Raises BrokenAnswer with the row.

    codec: Python's name of the encoding. quote: "" when the file knows no quotes.
    """
    quoting = {"quotechar": quote, "quoting": csv.QUOTE_MINIMAL} if quote else {"quoting": csv.QUOTE_NONE}
    reader = csv.reader(_lines(source, codec), delimiter=delimiter, strict=True, **quoting)
    number = 0
    try:
        for cells in reader:
            number += 1
            yield GridRow(number, list(cells), last=number)
    except _Undecodable as error:
        raise broken(
            f"byte 0x{error.byte:02X} is not {codec}", number + 1, do="declare the encoding the file really has"
        ) from None
    except csv.Error as error:
        # csv's own messages quote nothing of the file.
        raise broken(f"not CSV: {error}", number + 1, do="compare delimiter and quote with the file") from None


def _lines(source: BinaryIO, codec: str) -> Iterator[str]:
    """Lines with their ends. What was good before an undecodable byte is handed on first, so that its row is known."""
    rest = ""
    for text in _decoded(source, codec):
        *whole, rest = _split(rest + text)
        yield from map(_composed, whole) if codec == "cp1258" else whole
        if len(rest) > LONGEST_LINE:
            raise BrokenAnswer(f"a line of more than {LONGEST_LINE} characters", do="see whether this is a CSV file")
    if rest:
        yield _composed(rest) if codec == "cp1258" else rest


def _split(text: str) -> list[str]:
    """Lines by line feeds only: str.splitlines also breaks at characters that are text here."""
    *whole, rest = text.split("\n")
    return [*(f"{line}\n" for line in whole), rest]


def _composed(line: str) -> str:
    """windows-1258 stores a tone beside its letter; one character each is what everybody else writes."""
    return unicodedata.normalize("NFC", line)


def _decoded(source: BinaryIO, declared: str) -> Iterator[str]:
    first = source.read(PIECE)
    codec = _settled(first, declared)
    decoder = codecs.getincrementaldecoder(codec)("strict")
    for piece in _pieces(first, source):
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            yield error.object[: error.start].decode(codec, "ignore").removeprefix("\ufeff")
            raise _Undecodable(error.object[error.start]) from None
        yield text.removeprefix("\ufeff") if piece is first else text


def _pieces(first: bytes, source: BinaryIO) -> Iterable[bytes]:
    """The pieces of a file and, last, an empty one, at which the decoder must be at a character's end."""
    piece = first
    while piece:
        yield piece
        piece = source.read(PIECE)
    yield b""


def _settled(first: bytes, declared: str) -> str:
    """The codec to read with. A mark that contradicts the declaration, or is missing where it is needed, is refused."""
    fitting = _DECLARED.get(declared, (declared,))
    found = next((codec for mark, codec in _MARKS.items() if first.startswith(mark)), "")
    if found and found not in fitting:
        raise broken(f"the file begins as {found}, but {declared} is declared", 1, do="correct `encoding` of the table")
    if not found and len(fitting) > 1 and first:
        raise broken(
            f"{declared} without a byte order mark, so the order of bytes is unknown",
            1,
            do=f"declare {' or '.join(fitting)}",
        )
    return found or fitting[0]
