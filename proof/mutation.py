"""JSON documents bent out of shape: arbitrary ones, and honest ones in which a few things were changed.

Documents are made of lists and Members, and of texts of JSON (`Raw`), so that what JSON's own writers would never write (a
key twice, half a surrogate pair, `1e400`, `NaN`) can stand in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Choices:
    """Decisions read from bytes, one after the other; when they are used up, always the first alternative.

    Hypothesis draws the bytes at once and makes them smaller: twenty draws for a document would take ten times as long.
    """

    def __init__(self, data: bytes) -> None:
        self._left = iter(data)

    def below(self, count: int) -> int:
        """A number from 0 to count - 1."""
        number = next(self._left, 0)
        return (number if count <= 256 else number * 256 + next(self._left, 0)) % count

    def one_of(self, alternatives: Sequence[T]) -> T:
        """One of them."""
        return alternatives[self.below(len(alternatives))]


class Raw(str):
    """JSON text that is written as it is, also where it is no JSON."""

    __slots__ = ()


class Members(list[tuple[str, Any]]):
    """An object as pairs, in which a name may come twice."""


def parsed(text: str | bytes) -> Any:
    """An honest document, ready to be changed."""
    return json.loads(text, object_pairs_hook=Members)


def written(value: Any) -> str:
    """A document as JSON, or as what else it has become."""
    if isinstance(value, Raw):
        return value
    if isinstance(value, Members):
        return "{" + ",".join(f"{json.dumps(name)}:{written(each)}" for name, each in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value)


TEXTS = (
    "", " ", "\t\r\n", "\u00a0", "\0", "a\0b", "\u200b", "\ufeff", "\ufffe", "\u2028", "\x1f", "\x7f", "\ud800", "\udc00\ud800",
    "e\u0301", "\U0010ffff", "null", "true", "0", "-1", "1e5", "1_000", "٣", "²", "1.000", "1,50", "9" * 31, "9" * 700, "NaN",
    "Infinity", "<", "&", "<b>", "<b>" * 300, "&#1;", "&#0;", "<html>", "<!DOCTYPE html>", "</div>", "<script>", "<p></p>", "{}",
    "[]", "'; drop table x; --", "\\N", "\\.", "%s", "0000-00-00", "2026-02-30", "31/04/2026", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00", "2026-01-01T24:00:00", "01/01/0001 00:00:00", "31/12/9999 23:59:59", "20260101", "-1",
    "x" * 3000,
)  # fmt: skip
"""Texts that have broken a program somewhere."""

LITERALS = (
    "null", "true", "false", "0", "-0", "-1", "1.5", "0.1", "-0.0", "1e400", "1e-400", "1e99999999", "1E+99999999999999999999",
    "1e-99999999999999999999", "NaN", "Infinity", "-Infinity", "2147483648", "18446744073709551616", "9" * 31, "9" * 700,
    "9" * 4200, "9" * 5000, "-" + "9" * 700, "0." + "1" * 700, "1700000000000", "1700000000000.5", "1.7E+12", "[]", "{}",
    "[[]]", "[null]", "[{}]", '[""]', '{"":null}', "[" * 900 + "]" * 900, "[" * 5000 + "]" * 5000,
    '{"a":' * 400 + "1" + "}" * 400, '"\\ud800"', '"\\u0000"', '"\\x"', '"', "01", "", "nul", "\x00",
)  # fmt: skip
"""Values, and what only looks like one."""

_NAMES = ("a", "", "\0", ".", "@request", "\ud800", "#text", "e\u0301", "x" * 3000)
_ALPHABETS = (
    (0x20, 0x5F),
    (0, 0x20),
    (0xA0, 0x160),
    (0x300, 0x70),
    (0x1EA0, 0x5A),
    (0xD700, 0x200),
    (0xFFF0, 0x10),
    (0x1F600, 0x40),
)
"""First character and size of the blocks that invented text comes from."""


def document(choose: Choices, depth: int = 3) -> Any:
    """Any document."""
    kind = choose.below(8 if depth else 6)
    if kind < 3:
        return Raw(choose.one_of(LITERALS))
    if kind < 5:
        return choose.one_of(TEXTS)
    if kind == 5:
        return "".join(_character(choose) for _ in range(choose.below(9)))
    inner = [document(choose, depth - 1) for _ in range(choose.below(4))]
    return inner if kind == 6 else Members((choose.one_of(_NAMES), each) for each in inner)


def _character(choose: Choices) -> str:
    first, size = choose.one_of(_ALPHABETS)
    return chr(first + choose.below(size))


Place = tuple[Any, int]
"""A list or an object, and the number of something in it."""


def mutated(choose: Choices, honest: Any, most: int = 3) -> Any:
    """Change an honest document in a few places. It is changed itself: give a copy."""
    for _ in range(1 + choose.below(most)):
        places = list(_places(honest))
        if not places:
            return document(choose)
        choose.one_of(_CHANGES)(choose, *choose.one_of(places))
    return honest


def _places(document: Any) -> Iterator[Place]:
    """Every place in a document; what stands deeper than honest ones go is left alone."""
    if not isinstance(document, list):
        return
    for at, each in enumerate(document):
        yield document, at
        yield from _places(each[1] if isinstance(document, Members) else each)


def _put(container: Any, at: int, value: Any) -> None:
    container[at] = (container[at][0], value) if isinstance(container, Members) else value


def _held(container: Any, at: int) -> Any:
    return container[at][1] if isinstance(container, Members) else container[at]


def _replace(choose: Choices, container: Any, at: int) -> None:
    _put(container, at, document(choose))


def _drop(_: Choices, container: Any, at: int) -> None:
    del container[at]


def _double(choose: Choices, container: Any, at: int) -> None:
    """The same name, or the same element, once more; perhaps with another value."""
    again = choose.below(2)
    container.insert(at + 1, container[at])
    if again:
        _put(container, at + 1, document(choose))


def _nest(choose: Choices, container: Any, at: int) -> None:
    held = _held(container, at)
    _put(container, at, choose.one_of(([held], [[held]], [held, held], Members([("x", held)]))))


def _unnest(_: Choices, container: Any, at: int) -> None:
    held = _held(container, at)
    if isinstance(held, list) and held:
        _put(container, at, _held(held, 0))


def _rename(choose: Choices, container: Any, at: int) -> None:
    if isinstance(container, Members):
        container[at] = (choose.one_of(_NAMES), container[at][1])


def _retype(_: Choices, container: Any, at: int) -> None:
    """A number as text, a text as the number it may hold."""
    held = _held(container, at)
    _put(container, at, Raw(held or "null") if isinstance(held, str) else written(held))


def _spoil(choose: Choices, container: Any, at: int) -> None:
    """Something odd within a text."""
    held = _held(container, at)
    if isinstance(held, str) and not isinstance(held, Raw):
        cut = choose.below(len(held) + 1)
        _put(container, at, held[:cut] + choose.one_of(TEXTS) + held[cut:])


_CHANGES = (_replace, _replace, _spoil, _spoil, _drop, _double, _nest, _unnest, _rename, _retype)
