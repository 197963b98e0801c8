"""Zip files of others, opened only after their caps were checked. Members are read as streams; no name becomes a path."""

from __future__ import annotations

import re
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from connectors.decode import BrokenAnswer
from connectors.tables.grid import HostileFile

MB = 1024 * 1024
_END = b"PK\x05\x06"
_END_SIZE = 22
_LONGEST_COMMENT = 65_535
_CLIMBS = re.compile(r"^[/~]|^[A-Za-z]:|\\|[\x00-\x1f]|(^|/)\.\.(/|$)")
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Caps:
    """What an archive may demand. size, member: bytes when inflated, of all and of one. ratio: inflated to packed, of a
    member over 1 MB (honest spreadsheets reach 30).
    """

    members: int = 1_000
    size: int = 512 * MB
    member: int = 256 * MB
    ratio: int = 200


def opened(source: BinaryIO, caps: Caps) -> zipfile.ZipFile:
    """A zip file whose directory was checked. Raises BrokenAnswer (no zip, cut off, locked) or HostileFile.

    Its members may be read to their end safely: reading stops at the declared size, and a false one fails the checksum.
    """
    _check_directory(source, caps)
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, struct.error) as error:
        raise BrokenAnswer(
            f"no readable zip archive ({type(error).__name__})", do="ask the sender for it again"
        ) from None
    try:
        _check(archive.infolist(), caps)
    except Exception:
        archive.close()
        raise
    return archive


def _check_directory(source: BinaryIO, caps: Caps) -> None:
    """The directory is read into memory whole, so its size is looked at first: it may list millions of members."""
    length = source.seek(0, 2)
    source.seek(max(0, length - _END_SIZE - _LONGEST_COMMENT))
    tail = source.read(_END_SIZE + _LONGEST_COMMENT)
    source.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_SIZE:
        raise BrokenAnswer(
            f"no zip archive, or one that was cut off ({length} bytes)", do="ask the sender for it again"
        )
    count, size = struct.unpack("<10xHI", tail[at : at + 16])
    if count > caps.members or size > caps.members * 1024:
        raise HostileFile(f"an archive of {count} members, more than {caps.members}", do="see what was sent")


def _check(members: list[zipfile.ZipInfo], caps: Caps) -> None:
    if sum(member.file_size for member in members) > caps.size:
        raise HostileFile(f"an archive of more than {caps.size // MB} MB when inflated", do="see what was sent")
    names = set[str]()
    for number, member in enumerate(members, 1):
        _check_member(member, number, caps)
        if member.filename in names:
            raise HostileFile(
                "two members have one name", where=f"member {number}", do="ask the sender to pack it again"
            )
        names.add(member.filename)


def _check_member(member: zipfile.ZipInfo, number: int, caps: Caps) -> None:
    where = f"member {number}"
    # orig_filename is the name as it stands there: zipfile cuts it at a NUL.
    if _CLIMBS.search(member.orig_filename):
        raise HostileFile("a name made to climb out of a folder", where=where, do="see what was sent")
    if member.flag_bits & _ENCRYPTED:
        raise BrokenAnswer("locked with a password", where=where, do="ask the sender for it without a password")
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise BrokenAnswer("an unusual way of compression", where=where, do="ask the sender for a common zip file")
    if member.file_size > caps.member:
        raise HostileFile(f"more than {caps.member // MB} MB when inflated", where=where, do="see what was sent")
    if member.file_size > max(MB, member.compress_size * caps.ratio):
        raise HostileFile(f"inflates to more than {caps.ratio} times its size", where=where, do="see what was sent")
