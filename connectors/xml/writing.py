"""A plain dict as an XML document in a text, for services that want a whole document inside one argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def document(root: str, content: Mapping[str, Any]) -> str:
    """The document: members are elements in their order, lists repeat an element, None is an empty one."""
    from lxml import etree

    top = etree.Element(root)
    _fill(top, content)
    # The declaration is that of the text: whoever takes it out of the envelope has characters already.
    written = etree.tostring(top, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>{written}'


def _fill(element: Any, content: Any) -> None:
    from lxml import etree

    if not isinstance(content, Mapping):
        element.text = "" if content is None else str(content)
        return
    for name, value in content.items():
        for each in value if isinstance(value, list) else [value]:
            _fill(etree.SubElement(element, name), each)
