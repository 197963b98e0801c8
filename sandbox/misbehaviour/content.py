"""Misbehaviour inside the body: characters, media type, depth, values that a format does not have."""

import unicodedata
from dataclasses import replace
from typing import Literal

from sandbox.misbehaviour.fault import Count, Fault
from sandbox.misbehaviour.records import Records, edited_bytes
from sandbox.misbehaviour.xml import before_first_text
from sandbox.reply import Reply

TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Grave, acute, tilde, hook above, dot below: windows-1258 writes them after the letter."""


class WrongCharset(Fault, tag="wrong_charset"):
    """The text in windows-1258 or UTF-16, while header and declaration go on saying UTF-8."""

    charset: Literal["windows-1258", "utf-16"] = "windows-1258"

    def spoiled(self, reply: Reply) -> Reply:
        """The same characters, other bytes."""
        text = reply.body.decode()
        body = _windows_1258(text) if self.charset == "windows-1258" else text.encode("utf-16")
        return replace(reply, body=body, media=f"{reply.media.partition(';')[0]};charset=UTF-8")


class Bom(Fault, tag="bom"):
    """A byte order mark before the text."""

    def spoiled(self, reply: Reply) -> Reply:
        """Three bytes more."""
        return replace(reply, body=b"\xef\xbb\xbf" + reply.body)


class WrongType(Fault, tag="wrong_type"):
    """The good body under another media type."""

    media: str = "text/html"

    def spoiled(self, reply: Reply) -> Reply:
        """Another header."""
        return replace(reply, media=self.media)


class Nested(Fault, tag="nested"):
    """JSON inside `depth` lists; XML with so many elements inside each other in its first text."""

    depth: Count = 100_000

    def spoiled(self, reply: Reply) -> Reply:
        """Layers around the answer, or in it where a root must keep its name."""
        if reply.body.lstrip().startswith(b"<"):
            layers = b"<n>" * self.depth + b"</n>" * self.depth
            return replace(reply, body=before_first_text(reply.body, layers))
        return replace(reply, body=b"[" * self.depth + reply.body + b"]" * self.depth)


class NotANumber(Fault, tag="nan"):
    """NaN, which JSON does not have, in a field of the first record (`field`: its path; else its first one)."""

    field: str | None = None

    def spoiled(self, reply: Reply) -> Reply:
        """One value replaced."""

        def _edit(records: Records) -> None:
            path = self.field or records.first_field()
            if path:
                records.put(0, path, float("nan"))

        return replace(reply, body=edited_bytes(reply.body, _edit))


class Nul(Fault, tag="nul"):
    """A text with the character U+0000 in a field of the first record (`field`: its path; else its first one)."""

    field: str | None = None

    def spoiled(self, reply: Reply) -> Reply:
        """One value replaced."""

        def _edit(records: Records) -> None:
            path = self.field or records.first_field()
            if path:
                records.put(0, path, "nul\x00nul")

        return replace(reply, body=edited_bytes(reply.body, _edit))


def _windows_1258(text: str) -> bytes:
    return b"".join(_in_windows_1258(character) for character in unicodedata.normalize("NFC", text))


def _in_windows_1258(character: str) -> bytes:
    """A character, or its letter and its tone mark; a question mark when the code page has neither."""
    try:
        return character.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", character)
        letter = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        return (letter + "".join(part for part in parts if part in TONES)).encode("cp1258", "replace")
