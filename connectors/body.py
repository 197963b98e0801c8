"""What came back from a portal: an answer and its body, plain, or packed when it may be too big to hold as it is."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, cast

import zstandard

PIECE = 64 * 1024
"""Bytes read, or handed on, at a time."""

LEVEL = 1
"""Of zstd: the network is slower than this, and XML shrinks to a tenth already."""


@dataclass(frozen=True)
class Packed:
    """A body held in memory as zstd frames, compressed while it arrived: a tenth of a big XML answer or less.

    packed: the frames. size: bytes of the plain body.
    """

    packed: bytes = field(repr=False)
    size: int

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> Packed:
        """Pack a body that comes in pieces."""
        sink = PackedSink()
        for piece in pieces:
            sink.write(piece)
        return sink.body()

    def open(self) -> BinaryIO:
        """The plain body as a file to read once from the start; it is inflated as it is read."""
        reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(self.packed), read_across_frames=True)
        return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", reader), PIECE))

    def chunks(self) -> Iterator[bytes]:
        """The plain body in pieces of at most PIECE bytes."""
        with self.open() as plain:
            while piece := plain.read(PIECE):
                yield piece


Body = bytes | Packed


@dataclass(frozen=True)
class AsSent:
    """A call as it went over the wire: an exchange hashes exactly these. target: path and query."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """A complete answer: status, headers (by any spelling of their names), and the body exactly as received.

    sent: the call it answers.
    """

    status: int
    headers: Mapping[str, str]
    body: Body = field(repr=False)
    sent: AsSent | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """Bytes of the plain body."""
        return self.body.size if isinstance(self.body, Packed) else len(self.body)

    def open(self) -> BinaryIO:
        """The body as a file, whichever way it is held."""
        return self.body.open() if isinstance(self.body, Packed) else io.BytesIO(self.body)

    def plain(self) -> bytes:
        """The whole body in memory, whichever way it is held: for answers known to be small."""
        return b"".join(self.body.chunks()) if isinstance(self.body, Packed) else self.body


class Sink(Protocol):
    """Where the pieces of a body go as they arrive. piece: how many bytes at a time suit it."""

    piece: int

    def write(self, piece: bytes) -> None:
        """Take the next piece."""

    def body(self) -> Body:
        """All of it, once the last piece was taken."""


class PlainSink:
    """Keeps a body as it is, in few and large pieces: most bodies are a single one, which is then not copied."""

    piece = 16 * 1024 * 1024

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self._pieces.append(piece)

    def body(self) -> bytes:
        """All pieces in one."""
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)


class PackedSink:
    """Compresses a body while it arrives, so that the plain one never lies in memory whole."""

    piece = PIECE

    def __init__(self) -> None:
        self._compress = zstandard.ZstdCompressor(level=LEVEL).compressobj()
        self._frames = io.BytesIO()
        self._size = 0

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self._size += len(piece)
        self._frames.write(self._compress.compress(piece))

    def body(self) -> Packed:
        """The finished frame."""
        self._frames.write(self._compress.flush())
        return Packed(self._frames.getvalue(), self._size)
