"""Files that wait in a folder: each complete one is found once, in order of name, and left where it is.

A file counts as complete when nothing has touched it for a while, or when its sender put a marker beside it. Since
clocks differ and senders stall, it is looked at again after it was read; when it changed meanwhile, what was read is void.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, BinaryIO, cast

from connectors.connection import Connection
from connectors.decode import BrokenAnswer
from connectors.errors import ExplainedError, RetriablePortalError
from connectors.files import archives
from connectors.files.archives import MB
from connectors.files.places import Place
from connectors.tables.grid import HostileFile

PACKED = ".zip"
"""The only kind of archive that is opened."""

READABLE = (".csv", ".tsv", ".txt", ".xlsx", ".xml")
NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
UNFINISHED = (".", "~$")
"""How names begin of files that programs keep beside the ones they work on."""


class StillWritten(RetriablePortalError):
    """A file changed while it was read: what was read of it is void, the next run takes it."""


@dataclass(frozen=True)
class FolderSpec:
    """Which files to take. Raises ValueError for a pattern that speaks of other folders.

    address: file://, sftp://, s3:// or memory:// and the path. pattern: of names, such as `*.xlsx`; with `archive` also
    of names inside .zip files. settled: seconds for which a file must have been unchanged. done_marker: `.done` when
    the sender puts an empty `a.csv.done` beside each complete `a.csv`; then `settled` does not count. max_bytes: of one
    file. patience: seconds an SFTP server may take for one step.
    """

    address: str
    pattern: str
    settled: float = 60.0
    done_marker: str = ""
    archive: bool = False
    max_bytes: int = 256 * MB
    patience: float = 60.0
    caps: archives.Caps = field(default_factory=archives.Caps)

    def __post_init__(self) -> None:
        if not self.pattern or "/" in self.pattern:
            raise ValueError(f"pattern {self.pattern!r} is not one of names in a single folder")


@dataclass(frozen=True)
class FoundFile:
    """A complete file, or a member of an archive (`a.zip!b.csv`).

    identity: the same for the same content at the same place, another one once either changed. size: bytes.
    """

    name: str
    identity: str
    size: int
    modified_at: datetime
    _open: Callable[[], AbstractContextManager[BinaryIO]] = field(repr=False, compare=False)

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The bytes, to be read within the `with`. Raises StillWritten at its end, or earlier, when the file changed.

        The errors do not name the file: who opens it knows it.
        """
        return self._open()


def waiting(
    spec: FolderSpec, connection: Connection, taken: Container[str], *, now: datetime | None = None
) -> Iterator[FoundFile]:
    """The files to take, in order of name: complete, fitting, and not in `taken` (identities). None is moved or deleted.

    A server is connected to once for all files that are opened while this goes on. Raises PortalError.
    """
    place = Place(spec.address, connection, spec.patience)
    with place.session():
        listed = [info for info in place.listed() if _is_plain(info)]
        for info in _complete(spec, listed, now or datetime.now(UTC)):
            found = _found(spec, place, info)
            if spec.archive and found.name.lower().endswith(PACKED):
                yield from _members(spec, found, taken)
            elif _fits(found.name, spec.pattern) and found.identity not in taken:
                yield found


def _is_plain(info: Mapping[str, Any]) -> bool:
    """A file itself: a link may lead anywhere on the machine that follows it."""
    return info["type"] == "file" and not info.get("islink")


def _complete(spec: FolderSpec, listed: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[Mapping[str, Any]]:
    names = {_name(info) for info in listed}
    for info in sorted(listed, key=_name):
        name = _name(info)
        if name.startswith(UNFINISHED):
            continue
        if not spec.done_marker:
            if (now - _modified(info)).total_seconds() >= spec.settled:
                yield info
        elif not name.endswith(spec.done_marker) and name + spec.done_marker in names:
            yield info


def _fits(name: str, pattern: str) -> bool:
    """Without regard to case: programs on Windows write .XLSX."""
    return fnmatchcase(_seen(name), _seen(pattern))


def _seen(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _name(info: Mapping[str, Any]) -> str:
    return str(info["name"]).rsplit("/", 1)[-1]


def _modified(info: Mapping[str, Any]) -> datetime:
    """The time of the last change (UTC); file systems name it differently."""
    said = next((info[name] for name in ("mtime", "LastModified", "created") if info.get(name) is not None), None)
    if said is None:
        raise BrokenAnswer("the server gives no times of change, so no file can be told to be complete")
    return said.astimezone(UTC) if isinstance(said, datetime) else datetime.fromtimestamp(said, UTC)


def _look(info: Mapping[str, Any]) -> tuple[int, datetime, str]:
    return int(info["size"]), _modified(info), str(info.get("ETag") or "").strip('"')


def _found(spec: FolderSpec, place: Place, info: Mapping[str, Any]) -> FoundFile:
    look = _look(info)
    size, modified, tag = look
    name = _name(info)
    identity = "|".join([name, str(size), modified.isoformat(), *([tag] if tag else [])])
    return FoundFile(name, identity, size, modified, partial(_opened, spec, place, str(info["name"]), look))


@contextmanager
def _opened(spec: FolderSpec, place: Place, path: str, look: tuple[int, datetime, str]) -> Iterator[BinaryIO]:
    if look[0] > spec.max_bytes:
        raise HostileFile(f"{look[0]} bytes, more than {spec.max_bytes}", do="split it, or raise max_bytes")
    with place.session():
        _same(place, path, look)
        with place.opened(path) as source:
            yield cast("BinaryIO", io.BufferedReader(_Bounded(place, source, look[0]), 64 * 1024))
        _same(place, path, look)


def _same(place: Place, path: str, look: tuple[int, datetime, str]) -> None:
    if _look(place.look(path)) != look:
        raise _changed()


def _changed() -> StillWritten:
    return StillWritten("the file changed while it was read", do="nothing: the next run takes it")


class _Bounded(io.RawIOBase):
    """A file of a file system, read no further than the size it was found with."""

    def __init__(self, place: Place, source: Any, size: int) -> None:
        self._place, self._source, self._size, self._at = place, source, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._place.read(self._source, len(buffer))
        self._at += len(piece)
        if self._at > self._size:
            raise _changed()
        buffer[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        self._source.seek(self._at)
        return self._at

    def tell(self) -> int:
        return self._at


def _members(spec: FolderSpec, packed: FoundFile, taken: Container[str]) -> Iterator[FoundFile]:
    """The members of an archive that fit the pattern. Raises PortalError with the archive's name."""
    try:
        with packed.open() as source, archives.opened(source, spec.caps) as archive:
            listed = [member for member in archive.infolist() if not member.is_dir()]
        _check_kinds([member.filename.lower() for member in listed])
    except ExplainedError as error:
        raise error.located(packed.name) from None
    for member in sorted(listed, key=lambda each: each.filename):
        if not _fits(member.filename.rsplit("/", 1)[-1], spec.pattern):
            continue
        identity = f"{packed.identity}!{member.filename}|{member.file_size}|{member.CRC:08x}"
        if identity not in taken:
            unpack = partial(_unpacked, spec, packed, member.filename)
            yield FoundFile(f"{packed.name}!{member.filename}", identity, member.file_size, packed.modified_at, unpack)


def _check_kinds(names: Sequence[str]) -> None:
    """An archive whose content nobody could ever read is refused; skipping it would look like having nothing new."""
    if any(name.endswith(NESTED) for name in names):
        raise HostileFile("an archive inside an archive", do="ask the sender for a plain one")
    if not any(name.endswith(READABLE) for name in names):
        raise BrokenAnswer(f"no spreadsheet and no XML among {len(names)} members", do="see what was sent")


@contextmanager
def _unpacked(spec: FolderSpec, packed: FoundFile, name: str) -> Iterator[BinaryIO]:
    try:
        with packed.open() as source, archives.opened(source, spec.caps) as archive, archive.open(name) as member:
            yield cast("BinaryIO", member)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BrokenAnswer(
            f"damaged, or not of the size it declares ({type(error).__name__})", do="ask the sender to pack it again"
        ) from None
