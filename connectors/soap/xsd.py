"""Judges of answers: the XSD inside (or beside) a vendored WSDL, applied to one element at a time.

zeep turns a value of a wrong type, a missing field and even another element into None without a word. So what came is
checked against the contract's own XSD before it is used: each record by the declaration its path leads to.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any

from connectors.errors import FatalPortalError
from connectors.soap.wsdl import Vendored, WrongContract
from connectors.soap.xsd_files import XS, SchemaFiles

_NAMED = re.compile(r"Element '([^']{1,200})'")


class NotAsDeclared(FatalPortalError):
    """An element is not what the contract's XSD declares. Names the element and its line, never the value."""


class Judge:
    """Checks elements against one declaration. One judge may serve several threads."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        # lxml keeps one log per schema: another thread's check would overwrite it before it is read.
        self._lock = threading.Lock()

    def __call__(self, element: Any) -> NotAsDeclared | None:
        """What is wrong with the element; None when nothing is."""
        with self._lock:
            if self._schema.validate(element):
                return None
            finding = self._schema.error_log[0]
        found = _NAMED.match(finding.message)
        name = found[1].rpartition("}")[2][:60] if found else element.tag.rpartition("}")[2][:60]
        return NotAsDeclared(
            f"not what the vendored XSD declares ({finding.type_name})",
            where=f"element {name}, line {finding.line}",
            do="compare the answer with the portal's contract, and the vendored files with the portal's newest",
        )


class Schemas:
    """The declarations of one contract."""

    def __init__(self, vendored: Vendored) -> None:
        self._files = SchemaFiles(vendored)
        self._where = str(vendored.wsdl)

    def judge(self, element: str, path: Sequence[str] = (), *, ignore_case: bool = False) -> Judge | None:
        """A judge for what lies at `path` below a global element (Clark name); None where no type is declared for it."""
        declaration = self._files.element(element)
        for step in path:
            inner = () if declaration is None else self._files.children(declaration)
            declaration = next((each for each in inner if _same(each.get("name"), step, ignore_case)), None)
        return None if declaration is None else self._judge_of(declaration)

    def _judge_of(self, declaration: Any) -> Judge | None:
        driver = self._files.driver(declaration)
        if driver is None:
            return None
        from lxml import etree

        try:
            return Judge(etree.XMLSchema(self._files.parsed(driver)))
        except etree.XMLSchemaParseError as error:
            log = error.error_log
            found = _NAMED.search(log[0].message) if log else None
            raise WrongContract(
                f"the vendored XSD cannot be used ({log[0].type_name if log else 'no reason given'})",
                where=f"{self._where}{': ' + found[1] if found else ''}",
                do="mend the vendored file",
            ) from None


def _same(name: str | None, step: str, ignore_case: bool) -> bool:
    return name is not None and (name.lower() == step.lower() if ignore_case else name == step)


__all__ = ["XS", "Judge", "NotAsDeclared", "Schemas"]
