"""XML elements → plain values, by one rule, so that XML, JSON and tables look alike from here on.

An element with only text is that text ("" when empty), one with children an object, a child that repeats a list;
attributes are "@name" and text beside them "#text"; `xsi:nil` is null. Names lose their namespace, text stays as received.
"""

from __future__ import annotations

from typing import Any

from connectors.xml.parse import DEFAULT_GUARDS, Guards, hostile, local

XSI = "http://www.w3.org/2001/XMLSchema-instance"
DIFFGRAM = "urn:schemas-microsoft-com:xml-diffgram-v1"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"

_ABOUT_THE_DOCUMENT = frozenset({XSI, DIFFGRAM, "urn:schemas-microsoft-com:xml-msdata", SOAP11, SOAP12, WSU})
"""Attributes of these namespaces say how the document is built (types, places of rows), not what a record holds. A row
that only moved would otherwise look changed."""
_NIL = f"{{{XSI}}}nil"


class Plain:
    """Turns elements of one document into plain values. ignore_case: all names come in lower case.

    `value` raises HostileAnswer beyond the guards.
    """

    def __init__(self, guards: Guards = DEFAULT_GUARDS, *, ignore_case: bool = False) -> None:
        self._guards, self.ignore_case = guards, ignore_case
        self._names: dict[Any, str] = {}

    def name(self, tag: Any) -> str:
        """What a tag is called in the plain value."""
        found = self._names.get(tag)
        if found is None:
            found = str(tag).rpartition("}")[2]
            found = self._names[tag] = found.lower() if self.ignore_case else found
        return found

    def record(self, element: Any, depth: int = 1) -> dict[str, Any]:
        """An element as an object, also where it has only text or nothing."""
        found = self.value(element, depth)
        if isinstance(found, dict):
            return found
        return {"#text": found} if found and not found.isspace() else {}

    def value(self, element: Any, depth: int = 1) -> Any:
        """An element as text, object or null. `depth`: how deep it lies in its document, from 1."""
        found = self._attributes(element) if element.keys() else {}
        if found is None:
            return None
        if len(element):
            self._children(element, depth, found)
            return found
        text = self._text(element)
        if text and found:
            found["#text"] = text
        return found or text

    def _text(self, element: Any) -> str:
        text: str = element.text or ""
        if len(text) > self._guards.text:
            raise hostile(f"a text of {len(text)} characters", _place(element))
        return text

    def _attributes(self, element: Any) -> dict[str, Any] | None:
        """The attributes that belong to the record; None where they say that the element is null."""
        # Counted before they are read: reading takes time by the square of their number.
        if len(element.attrib) > self._guards.attributes:
            raise hostile(f"{len(element.attrib)} attributes", _place(element))
        if element.get(_NIL, "").strip() in {"true", "1"}:
            return None
        return {
            f"@{self.name(key)}": value
            for key, value in element.items()
            if key[0] != "{" or key[1:].partition("}")[0] not in _ABOUT_THE_DOCUMENT
        }

    def _children(self, element: Any, depth: int, found: dict[str, Any]) -> None:
        if depth >= self._guards.depth:
            raise hostile(f"nested deeper than {self._guards.depth} levels", _place(element))
        names, longest = self._names, self._guards.text
        text = element.text
        beside = [] if text is None or text.isspace() else [text]
        for child in element:
            name = names.get(child.tag) or self.name(child.tag)
            # Most elements are a name and a text. They are read here: a call for each would show in a large answer.
            if len(child) or child.keys():
                value = self.value(child, depth + 1)
            else:
                value = child.text or ""
                if len(value) > longest:
                    raise hostile(f"a text of {len(value)} characters", _place(child))
            if name in found:
                _repeat(found, name, value)
            else:
                found[name] = value
            tail = child.tail
            if tail and not tail.isspace():
                beside.append(tail)
        if beside:
            found["#text"] = "".join(beside)


def _repeat(found: dict[str, Any], name: str, value: Any) -> None:
    before = found[name]
    if isinstance(before, list):
        before.append(value)
    else:
        found[name] = [before, value]


def _place(element: Any) -> str:
    return f"element {local(element.tag)}, line {element.sourceline}"
