"""One caller before one set: every route, and in each answer exactly what is the caller's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from proof.access_sheet import Right, Row, Sheet, masked, said, visible
from proof.access_world import MARK, World
from tests.helpers.serving import Api

Key = tuple[Any, ...]


@dataclass
class Pseudonyms:
    """What every consumer has seen for what: by consumer and name of column, then by value."""

    seen: dict[tuple[str, str], dict[str, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def mixed(self) -> Iterator[str]:
        """Two for one value, one for two, one that two consumers have, one that is the value."""
        holders = defaultdict(set)
        for (code, column), shown in self.seen.items():
            every = [each for found in shown.values() for each in found]
            is_one = all(len(found) == 1 for found in shown.values()) and len(set(every)) == len(shown)
            yield "" if is_one and not set(every) & set(shown) else f"{code} {column}: pseudonyms are not one to one"
            for each in every:
                holders[each].add((code, column))
        yield from ("" if len(found) == 1 else f"{sorted(found)} share a pseudonym" for found in holders.values())


@dataclass
class Cells:
    """One caller and one set. name: for messages; code: the consumer's."""

    api: Api
    sheet: Sheet
    right: Right | None
    world: World
    name: str
    pseudonyms: Pseudonyms | None
    code: str
    since: str = ""

    @property
    def forms(self) -> dict[str, str] | None:
        """What exists for the caller."""
        return self.sheet.forms(self.right)

    @property
    def is_pseudonymous(self) -> bool:
        """Whether it shows pseudonyms."""
        return "pseudonym" in (self.forms or {}).values()

    def first(self) -> Iterator[str]:
        """All routes, as the set was published first."""
        if self.forms is None:
            yield from self._closed()
            return
        source = self.world.before[self.sheet.name]
        yield self._rows(source, {})
        self.since = self.api.json(self._place("rows"), limit=1)["since"]
        for column in self.sheet.types:
            yield from self._column(source, column)
        yield from (self._files(), self._document())

    def then(self) -> Iterator[str]:
        """Rows and changes, after the rows at the source became others."""
        if self.forms is not None:
            yield self._rows(self.world.rows[self.sheet.name], {})
            yield self._changes()

    def again(self, address: str) -> Iterator[str]:
        """Rows once more, somewhere else: pseudonyms of before must be those of now."""
        self.api.address = address
        yield self._rows(self.world.rows[self.sheet.name], {})

    def _closed(self) -> Iterator[str]:
        status = 403 if self.pseudonyms is not None else 401
        for path in ("rows", "changes?since=x", "versions", f"versions/latest/files/{self.sheet.name}.csv"):
            answer = self.api.get(self._place(path))
            is_right = answer.status_code == status and not MARK.search(answer.text)
            yield "" if is_right else f"{self.name} {path}: {answer.status_code}"
        yield self._document()

    def _column(self, source: list[Row], column: str) -> Iterator[str]:
        """The column by name, and a filter on it, by a value that rows have and by one that none has."""
        forms = self.forms or {}
        if column in forms:
            yield self._rows(source, {}, columns=column)
        else:
            yield self._refused(columns=column)
        value = next((row[column] for row in source if row[column] is not None), None)
        asked = said(value[0] if isinstance(value, list) else value)
        text = str(asked).lower() if isinstance(asked, bool) else str(asked)
        if column in self._askable():
            yield self._rows(source, {column: value}, **{column: text})
        else:
            yield from (self._refused(**{column: text}), self._refused(**{f"{column}_from": text}))

    def _askable(self) -> set[str]:
        """What may be a filter: shown as it is, and nothing of a person, since it would stand in the address."""
        forms, classes = self.forms or {}, self.sheet.classes
        return {name for name, form in forms.items() if form == "plain" and classes[name] != "personal"}

    def _rows(self, source: list[Row], wanted: Row, **query: Any) -> str:
        answer = self.api.get(self._place("rows"), **query)
        mine = visible(self.sheet, self.right, source)
        mine = {key: row for key, row in mine.items() if all(row[name] == value for name, value in wanted.items())}
        forms = self.forms or {}
        names = [query["columns"]] if "columns" in query else list(forms)
        if answer.status_code != 200 or [*map(list, answer.json()["rows"])] != [names] * len(mine):
            return f"{self.name} rows {list(query)}: {answer.status_code}, other rows or columns"
        expected = [mine[key] for key in sorted(mine)]
        if not all(map(self._is_shown, answer.json()["rows"], expected)):
            return f"{self.name} rows {list(query)}: other values"
        return self._leak(answer, mine.values(), names, {*query.values()})

    def _is_shown(self, row: Row, source: Row) -> bool:
        forms = self.forms or {}
        return all(name in forms and self._is_form(name, value, source[name]) for name, value in row.items())

    def _is_form(self, name: str, value: Any, source: Any) -> bool:
        form = (self.forms or {})[name]
        if form != "pseudonym" or source is None:
            return bool(value == masked(form, source))
        assert self.pseudonyms is not None
        self.pseudonyms.seen[self.code, name][source].add(value)
        return isinstance(value, str) and len(value) == 32

    def _refused(self, **query: Any) -> str:
        answer = self.api.get(self._place("rows"), **query)
        is_right = answer.status_code == 400 and not MARK.search(answer.text)
        return "" if is_right else f"{self.name} rows {list(query)}: {answer.status_code} for what does not exist"

    def _changes(self) -> str:
        page = self.api.get(self._place("changes"), since=self.since)
        before = visible(self.sheet, self.right, self.world.before[self.sheet.name])
        after = visible(self.sheet, self.right, self.world.rows[self.sheet.name])
        told = dict.fromkeys(after.keys() - before.keys(), "added")
        told |= dict.fromkeys(before.keys() - after.keys(), "removed")
        told |= {key: "changed" for key in before.keys() & after.keys() if before[key] != after[key]}
        found = {tuple(each["key"].values()): each for each in page.json().get("changes", ())}
        if {key: each["change"] for key, each in found.items()} != {
            tuple(map(said, key)): kind for key, kind in told.items()
        }:
            return f"{self.name} changes: {page.status_code}, others than there were"
        shown = {key: after[key] for key in after if key in told}
        if not all(self._is_shown(found[tuple(map(said, key))]["row"], row) for key, row in shown.items()):
            return f"{self.name} changes: other values"
        keys = {str(said(each)) for key, kind in told.items() if kind == "removed" for each in key}
        if any(list(each["row"]) != list(self.forms or {}) for each in found.values() if "row" in each):
            return f"{self.name} changes: other columns"
        return self._leak(page, shown.values(), list(self.forms or {}), keys)

    def _files(self) -> str:
        answer = self.api.get(self._place(f"versions/latest/files/{self.sheet.name}.csv"))
        is_all = self.right is None or (self.right.agency, self.right.first, self.right.last) == (None, None, None)
        if not self.sheet.has_files and answer.status_code == 200:
            return f"{self.name} file: a file of a set that has none"
        is_all = (
            is_all and set((self.forms or {}).values()) == {"plain"} and len(self.forms or {}) == len(self.sheet.types)
        )
        status = (200 if self.sheet.has_files else 404) if is_all else 403
        return "" if answer.status_code == status else f"{self.name} file: {answer.status_code}, not {status}"

    def _document(self) -> str:
        said_of = self.api.json("/v1/openapi.json")
        row = said_of["components"]["schemas"].get(f"row_of_{self.sheet.name}", {}).get("properties")
        if self.forms is None or row is None:
            return "" if row is None and self.forms is None else f"{self.name} document: a set too many, or too few"
        asked = {each["name"] for each in said_of["paths"][self._place("rows")]["get"]["parameters"]}
        is_right = list(row) == list(self.forms) and asked & set(self.sheet.types) == self._askable()
        return "" if is_right else f"{self.name} document: other columns or filters"

    def _leak(self, answer: requests.Response, rows: Iterable[Row], names: list[str], more: set[str]) -> str:
        """A text or a day in an answer, its headers too, that is none of the values shown as they are."""
        forms = self.forms or {}
        plain = [name for name in {*names, *self.sheet.key} if forms.get(name) == "plain"]
        mine = " ".join([*more, *(str(said(row[name])) for row in rows for name in plain)])
        strange = set(MARK.findall(answer.text + str(answer.headers))) - set(MARK.findall(mine))
        return f"{self.name}: {len(strange)} values of somebody else" if strange else ""

    def _place(self, rest: str) -> str:
        return f"/v1/sets/{self.sheet.name}/{rest}"
