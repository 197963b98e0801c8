"""The records of an XML answer: the first elements, from the outside in, that stand beside others of their name."""

import re
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from sandbox.misbehaviour.totals import declared

DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
NUL = "\ue000"
"""Stands for U+0000, which the parser refuses, until the text is written."""


class XmlRecords:
    """Sibling elements of one name; a path leads through the local names of elements below one of them."""

    def __init__(self, root: Any, items: list[Any]) -> None:
        self._root = root
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def keep(self, part: slice) -> None:
        """Leaves out all other records."""
        kept = self._items[part]
        for item in set(self._items).difference(kept):
            item.getparent().remove(item)
        self._items = kept

    def put(self, index: int, path: str, value: object) -> None:
        """Overwrites the text of a field; one that is not there is not added, as a schema would not have it."""
        field = self._field(index, path)
        if field is not None:
            field[:] = []
            field.text = "NaN" if value != value else str(value).replace("\x00", NUL)

    def drop(self, index: int, path: str) -> None:
        """Removes a field."""
        field = self._field(index, path)
        if field is not None:
            field.getparent().remove(field)

    def first_field(self) -> str | None:
        """The name of the first record's first element without elements in it."""
        fields = [] if not self._items else [_name(field) for field in self._items[0] if not len(field)]
        return fields[0] if fields else None

    def declare(self, count: int) -> None:
        """Makes the totals outside the records say so many."""
        inside = {element for item in self._items for element in item.iter()}
        for element in self._root.iter():
            if element not in inside and element.text and not len(element):
                element.text = str(declared(_name(element), element.text, count))

    def _field(self, index: int, path: str) -> Any | None:
        holder = self._items[index] if index < len(self._items) else None
        for key in path.split("."):
            children = [] if holder is None else holder
            holder = next((child for child in children if _name(child) == key), None)
        return holder


def edited(text: str, edit: Callable[[XmlRecords], None], inner: Callable[[str], str]) -> str:
    """The text after the change; when no elements repeat in it, `inner` changes the texts that are documents."""
    from lxml import etree

    found = DECLARATION.match(text)
    declaration = found.group() if found else ""
    root = etree.fromstring(text[len(declaration) :], etree.XMLParser(resolve_entities=False, huge_tree=True))
    items = _repeating(root)
    if items:
        edit(XmlRecords(root, items))
    else:
        for element in root.iter():
            if element.text and element.text.lstrip().startswith(("<", "{", "[")):
                element.text = inner(element.text)
    return declaration + str(etree.tostring(root, encoding="unicode")).replace(NUL, "\x00")


def _repeating(root: Any) -> list[Any]:
    waiting = deque([root])
    while waiting:
        element = waiting.popleft()
        names = Counter(child.tag for child in element)
        often = [name for name, count in names.items() if isinstance(name, str) and count > 1]
        if often:
            return [child for child in element if child.tag == often[0]]
        waiting.extend(element)
    return []


def _name(element: Any) -> str:
    """Without its namespace; "" for comments and the like."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""
