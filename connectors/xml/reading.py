"""XML answers as plain dicts: a whole small document, or the records of a large one while it is read.

A path names elements by their local names, dotted, from the children of the root: in <R><a><b/><b/></a></R> the records
are at "a.b". "." is the root itself, as one record. What XML becomes is told in connectors/xml/plain.py, what is refused
in connectors/xml/parse.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.decode import BrokenAnswer
from connectors.errors import FatalPortalError, PortalError
from connectors.xml.parse import DEFAULT_GUARDS, NO_TAG, Document, Guards, HostileAnswer, Source, local
from connectors.xml.plain import DIFFGRAM, Plain

__all__ = [
    "Diffgram",
    "Guards",
    "HostileAnswer",
    "NoRecords",
    "Place",
    "XmlRecords",
    "diffgram",
    "plain",
    "records",
]

_DIFFGRAM = f"{{{DIFFGRAM}}}diffgram"


class NoRecords(BrokenAnswer):
    """The place the records should be in is not in the answer. Its `members` are known: they may say why."""


def plain(data: bytes | str, *, ignore_case: bool = False, guards: Guards = DEFAULT_GUARDS) -> dict[str, Any] | str:
    """A whole small document: what is in its root element. Raises as Document.ended does."""
    return Plain(guards, ignore_case=ignore_case).value(Document(data, guards).read()) or ""


def records(source: Source, path: str, *, ignore_case: bool = False, guards: Guards = DEFAULT_GUARDS) -> XmlRecords:
    """The elements at `path` as plain dicts, in the order of the document, while it is read."""
    naming = Plain(guards, ignore_case=ignore_case)
    return XmlRecords(Document(source, guards), Place(path, naming), naming)


def diffgram(source: Source, table: str | None = None, *, guards: Guards = DEFAULT_GUARDS) -> XmlRecords:
    """The rows of an ADO.NET DataSet (diffgr:diffgram/*/TABLE) as plain dicts. `table` is needed only where it has several."""
    naming = Plain(guards)
    return XmlRecords(Document(source, guards), Diffgram(naming, table), naming)


class Place:
    """Where the records are. above: tags of the elements over the path, from the root; empty for "whatever the root"."""

    def __init__(self, path: str, naming: Plain, above: tuple[str, ...] = ()) -> None:
        self.whole = path == "."
        self._names = () if self.whole else tuple((path.lower() if naming.ignore_case else path).split("."))
        self._naming, self._above = naming, above
        self.depth = max(1, len(above)) + len(self._names)

    def tags(self) -> tuple[str, ...]:
        """Tags among which all records are; nothing where they cannot be told beforehand."""
        if self.whole:
            return (NO_TAG,)
        return () if self._naming.ignore_case else (f"{{*}}{self._names[-1]}",)

    def holds(self, element: Any) -> bool:
        """This element is a record."""
        for name in reversed(self._names):
            if element is None or self._naming.name(element.tag) != name:
                return False
            element = element.getparent()
        return is_under(element, self._above)

    def containers(self, top: Any) -> list[Any]:
        """The elements the records lie in, from the element that counts as the answer."""
        found = [top]
        for name in self._names[:-1]:
            found = [child for element in found for child in element if self._naming.name(child.tag) == name]
        return found


class Diffgram(Place):
    """The rows of a DataSet: the grandchildren of its diffgram, without those it keeps as "before" or "errors"."""

    def __init__(self, naming: Plain, table: str | None, above: tuple[str, ...] = ()) -> None:
        super().__init__("*.*.*", naming, above)
        self._table, self._only = table, table is not None

    def tags(self) -> tuple[str, ...]:
        """Any element may be a row, unless the table is known."""
        return (f"{{*}}{self._table}",) if self._only else ()

    def holds(self, element: Any) -> bool:
        """This element is a row. Raises FatalPortalError where a second table begins and none was asked for."""
        data = element.getparent()
        gram = None if data is None else data.getparent()
        if gram is None or gram.tag != _DIFFGRAM or data.tag.startswith(f"{{{DIFFGRAM}}}"):
            return False
        name = self._naming.name(element.tag)
        self._table = self._table or name
        if name != self._table and not self._only:
            raise FatalPortalError(
                f"the DataSet holds the tables {local(self._table)} and {local(name)}", do="say which one is wanted"
            )
        return name == self._table and any(is_under(each, self._above) for each in gram.iterancestors())

    def containers(self, top: Any) -> list[Any]:
        """The diffgram itself: an empty DataSet has nothing inside."""
        return list(top.iter(_DIFFGRAM))


def is_under(element: Any, above: tuple[str, ...]) -> bool:
    """The element has exactly these tags from the root down to itself; without tags, it is the root."""
    for tag in reversed(above):
        if element is None or element.tag != tag:
            return False
        element = element.getparent()
    return element is None if above else element is not None and element.getparent() is None


Judge = Callable[[Any], PortalError | None]
Invalid = Callable[[dict[str, Any], PortalError], None]


@dataclass(frozen=True)
class Checks:
    """What else must hold. judge and judge_top: what is wrong with a record, with the answer around the records;
    invalid: takes the records that are wrong (without it the first one ends the reading).
    """

    judge: Judge | None = None
    judge_top: Judge | None = None
    invalid: Invalid | None = None


_NO_CHECKS = Checks()


class XmlRecords(Iterator[dict[str, Any]]):
    """Records while their document is read. Only the end proves that it was complete: use nothing of it before.

    members: after the last record, everything of the answer outside the records. `next` raises as Document.ended does,
    and NoRecords.
    """

    def __init__(self, document: Document, place: Place, naming: Plain, checks: Checks = _NO_CHECKS) -> None:
        self.members: dict[str, Any] = {}
        self._document, self._place, self._naming, self._checks = document, place, naming, checks
        self._number = 0
        self._good: Any = None
        self._walk = self._read()

    def __next__(self) -> dict[str, Any]:
        return next(self._walk)

    def _read(self) -> Iterator[dict[str, Any]]:
        last = None
        for element in self._document.ended(*self._place.tags()):
            if self._place.holds(element):
                # The parser still stands on the newest element: only the one before it can be taken away.
                self._let_go(last)
                last = element
                yield from self._judged(element)
        self._let_go(last)
        top = self._top(self._document.root)
        self._judge_top(top)
        _remove(self._good)
        yield from self._rest(top)

    def _top(self, root: Any) -> Any:
        """From the root to the element that counts as the answer."""
        return root

    def _judged(self, element: Any) -> Iterator[dict[str, Any]]:
        self._number += 1
        record = self._naming.record(element, self._place.depth)
        wrong = self._checks.judge(element) if self._checks.judge else None
        if wrong is None:
            self._good = element if self._good is None else self._good
            yield record
            return
        wrong.located(f"record {self._number}")
        if self._checks.invalid is None:
            raise wrong
        self._checks.invalid(record, wrong)

    def _let_go(self, element: Any) -> None:
        """Free a record's memory; the first good one stays, for the XSD may demand that there is one."""
        if element is not self._good:
            _remove(element)

    def _judge_top(self, top: Any) -> None:
        """Judge what is around the records. Where they lay in several places, or all were bad, that cannot be told."""
        if self._checks.judge_top is None or (self._number and self._good is None):
            return
        if len(self._place.containers(top)) < 2:
            # Through the guards first: thousands of attributes would keep the XSD busy for minutes.
            self._naming.record(top)
            wrong = self._checks.judge_top(top)
            if wrong:
                raise wrong

    def _rest(self, top: Any) -> Iterator[dict[str, Any]]:
        """The answer as its own single record, or what it holds beside its records."""
        if self._place.whole:
            yield self._naming.record(top)
            return
        containers = self._place.containers(top)
        for container in containers:
            if not len(container) and (container.text or "").isspace():
                container.text = None
        self.members = self._naming.record(top)
        if not containers:
            raise NoRecords(
                f"no element where the records should be (the answer has {', '.join(list(self.members)[:10]) or 'none'})",
                do="compare `records` in the mapping with the portal's contract",
            )


def _remove(element: Any) -> None:
    parent = None if element is None else element.getparent()
    if parent is not None:
        parent.remove(element)
