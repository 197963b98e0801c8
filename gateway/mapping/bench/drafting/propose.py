"""For each column of ours the member that most likely fills it: by its name, and only where its values fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table

from gateway.mapping import crosswalk
from gateway.mapping.bench.drafting.kinds import fitting, is_codelike
from gateway.mapping.bench.drafting.names import Known, Names
from gateway.mapping.bench.reading import BLANK
from gateway.mapping.fields import getter
from gateway.mapping.reject import Unfit

ENOUGH = 0.5
"""Below this likeness a column stays open: a wrong line is worse than none."""

FEW = 30
"""Different values a code list may show."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Proposal:
    """A line of the draft. score: from 0 (nothing like it was found) to 1; reason: why, in words."""

    column: str
    said: dict[str, Any]
    score: float
    reason: str

    @property
    def path(self) -> str:
        """The member it reads."""
        return str(self.said.get("from", ""))


def propose(table: Table, columns: Sequence[str], names: Names, records: Sequence[Record]) -> list[Proposal]:
    """One line for each column that something fits, in the columns' order; best matches take their member first."""
    members = list(_paths(records))
    every = [found for name in columns for found in _candidates(table, table.c[name], names, records, members)]
    chosen: dict[str, Proposal] = {}
    readers: dict[str, list[str]] = {}
    for proposal in sorted(every, key=lambda each: -each.score):
        others = readers.setdefault(proposal.path, [])
        shares = all(frozenset((each, proposal.column)) in names.together for each in others)
        if proposal.column not in chosen and shares:
            chosen[proposal.column] = proposal
            others.append(proposal.column)
    return [chosen[name] for name in columns if name in chosen]


def blank(column: Column[Any]) -> Proposal:
    """A line for a person to fill, well written as it stands."""
    said = {"from": BLANK, **(fitting(column, (), (), ()) or {})}
    return Proposal(column.name, _classified(column, said), 0.0, "nothing like it was found")


def _candidates(
    table: Table, column: Column[Any], names: Names, records: Sequence[Record], members: Sequence[str]
) -> Iterator[Proposal]:
    lines = names.of(f"{table.name}.{column.name}")
    for path in members:
        score, reason = names.likeness(path, f"{table.name}.{column.name}")
        if score < ENOUGH:
            continue
        for modifiers in _modifiers(path, lines, names):
            found = _values(path, modifiers, records)
            words = None if found is None else _words(column, found, lines, names.portal)
            if found is not None and words is not None:
                said = _classified(column, {"from": path, **modifiers, **words})
                weight = _plausible(column, found, words)
                if score * weight >= ENOUGH:
                    yield Proposal(column.name, said, score * weight, f"{reason}; {_seen(found, words)}")


def _modifiers(path: str, lines: Iterable[Known], names: Names) -> list[dict[str, Any]]:
    """Ways to read a member: plainly, and as lines of the same name read it."""
    ways: list[dict[str, Any]] = [{}]
    for line in lines:
        if line.modifiers and line.modifiers not in ways and names.likeness(path, line.column)[0] > ENOUGH:
            ways.append(line.modifiers)
    return ways


def _values(path: str, modifiers: dict[str, Any], records: Sequence[Record]) -> list[Any] | None:
    """What stands there, as far as anything does; None where it is no single value."""
    get = getter({"from": path, **modifiers})
    try:
        found = [value for record in records if (value := get(record)) not in (None, "")]
    except (Unfit, AttributeError):
        return None
    return None if any(isinstance(value, dict | list) for value in found) else found


def _words(column: Column[Any], found: list[Any], lines: Sequence[Known], portal: str) -> dict[str, Any] | None:
    """Type, format and code list; None where the values do not fit the column."""
    usual = [kind for kind, _ in Counter(str(line.said.get("type", "text")) for line in lines).most_common()]
    if sum("lookup" in line.said for line in lines) * 2 > len(lines):
        return {"lookup": _code_list(found, lines, portal), "type": usual[0]}
    words = fitting(column, found, usual, _formats(lines))
    looked_up = _code_list(found, lines, portal) if words is None else BLANK
    return words if looked_up == BLANK else {"lookup": looked_up, "type": usual[0]}


def _formats(lines: Sequence[Known]) -> list[str]:
    return [form for line in lines for form in _listed(line.said.get("format"))]


def _code_list(found: list[Any], lines: Sequence[Known], portal: str) -> str:
    """The crosswalk that knows every code seen and few besides: the portal's own, or one that several portals share.

    BLANK otherwise, for another portal's 4 may well mean something else.
    """
    try:
        codes = {crosswalk.written(value) for value in found}
    except Unfit:
        return BLANK
    users: dict[str, set[str]] = {}
    for line in lines:
        users.setdefault(str(line.said.get("lookup", "")), set()).add(line.stream.split("/")[0])
    knowing = [
        line for line in lines if codes and codes <= line.codes and _may_use(users[str(line.said["lookup"])], portal)
    ]
    return str(min(knowing, key=lambda line: len(line.codes)).said["lookup"]) if knowing else BLANK


def _may_use(users: set[str], portal: str) -> bool:
    return portal in users or len(users) > 1


def _plausible(column: Column[Any], found: list[Any], words: dict[str, Any]) -> float:
    """Less than 1 where the values look unlike the column's name, or were not seen at all."""
    if not found:
        return 0.85
    if "lookup" in words and len({str(value) for value in found}) > FEW:
        return 0.5
    if column.name.endswith("_code") and not is_codelike(found):
        return 0.6
    is_number = all(str(value).replace(".", "").isdigit() for value in found)
    return 0.6 if column.name.endswith("_name") and is_number else 1.0


def _seen(found: list[Any], words: dict[str, Any]) -> str:
    if not found:
        return "no value was seen"
    if words.get("lookup") == BLANK:
        return "no crosswalk knows its codes: write one"
    return f"{len(found)} values fit"


def _classified(column: Column[Any], said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "classified": "personal"} if column.info.get("personal") else said


def _listed(form: Any) -> list[str]:
    return [form] if isinstance(form, str) else list(form or ())


def _paths(records: Iterable[Record]) -> dict[str, None]:
    """Every member that objects lead to, in the records' order; what lies in lists is reached by modifiers only."""
    found: dict[str, None] = {}
    for record in records:
        _collect(record, "", found)
    return found


def _collect(value: Record, above: str, found: dict[str, None]) -> None:
    for name, inner in value.items():
        path = f"{above}.{name}" if above else name
        if "." in name or name == "@request":
            continue
        found[path] = None
        if isinstance(inner, dict):
            _collect(inner, path, found)
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            _collect(inner[0], path, found)
