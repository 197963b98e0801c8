"""The records of a JSON answer."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from sandbox.misbehaviour.totals import declared
from sandbox.reply import encode

NAN = "\ue000NaN\ue000"
"""Stands for NaN until the text is written; no portal uses these characters."""


class JsonRecords:
    """The first list in an answer, and the objects around it."""

    def __init__(self, items: list[Any], around: list[dict[str, Any]]) -> None:
        self._items = items
        self._around = around

    def __len__(self) -> int:
        return len(self._items)

    def keep(self, part: slice) -> None:
        """Leaves out all other records."""
        self._items[:] = self._items[part]

    def put(self, index: int, path: str, value: object) -> None:
        """Overwrites or adds a field; objects on the way are made, lists are not."""
        is_nan = isinstance(value, float) and math.isnan(value)
        _set(self._items, [str(index), *path.split(".")], NAN if is_nan else value)

    def drop(self, index: int, path: str) -> None:
        """Removes a field."""
        holder: Any = _step(self._items, str(index))
        *way, last = path.split(".")
        for key in way:
            holder = _step(holder, key)
        if isinstance(holder, dict):
            holder.pop(last, None)

    def first_field(self) -> str | None:
        """The name of the first record's first field that is neither object nor list."""
        first = _step(self._items, "0")
        fields = first.items() if isinstance(first, dict) else ()
        return next((name for name, value in fields if not isinstance(value, dict | list)), None)

    def declare(self, count: int) -> None:
        """Makes the totals beside and above the list say so many."""
        for members in self._around:
            for name, value in members.items():
                members[name] = declared(name, value, count)


def edited(text: str, edit: Callable[[JsonRecords], None], inner: Callable[[str], str]) -> str:
    """The text after the change; when it holds no list, `inner` changes the texts in it."""
    page = msgspec.json.decode(text)
    records = _records(page, [])
    if records is None:
        for members, name in _texts(page):
            members[name] = inner(members[name])
    else:
        edit(records)
    return encode(page).decode().replace(f'"{NAN}"', "NaN")


def _records(page: Any, around: list[dict[str, Any]]) -> JsonRecords | None:
    """The first list from the outside in."""
    if isinstance(page, list):
        return JsonRecords(page, around)
    if not isinstance(page, dict):
        return None
    here = [*around, page]
    inside = sorted(page.values(), key=lambda value: not isinstance(value, list))
    return next((found for value in inside if (found := _records(value, here))), None)


def _texts(page: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Where the texts are."""
    if isinstance(page, dict):
        for name, value in page.items():
            if isinstance(value, str):
                yield page, name
            else:
                yield from _texts(value)


def _step(holder: Any, key: str) -> Any:
    """The thing under a key or a list index, or None when there is none."""
    if isinstance(holder, list):
        return holder[int(key)] if key.isdigit() and int(key) < len(holder) else None
    return holder.get(key) if isinstance(holder, dict) else None


def _set(holder: Any, path: list[str], value: Any) -> None:
    for place, key in enumerate(path[:-1]):
        inner = _step(holder, key)
        if inner is None and place and isinstance(holder, dict):
            inner = holder[key] = {}
        holder = inner
    if isinstance(holder, dict):
        holder[path[-1]] = value
    elif _step(holder, path[-1]) is not None:
        holder[int(path[-1])] = value
