"""What a mapping does, in words a person can check against the portal's paper contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.mapping.compile import Mapping as Compiled
from gateway.mapping.crosswalk import Crosswalk, Row
from gateway.mapping.fields import Field

_TYPES = {
    "text": "as text",
    "line": "as one line of text",
    "code": "as a code",
    "int": "as a whole number",
    "decimal": "as a number",
    "money": "as an amount of đồng (Không is 0)",
    "bool": "as yes or no",
    "html": "as text without HTML tags",
    "as_written": "as it was written",
    "date": "as a date written",
    "instant": "as an instant written",
}

_CHANGES = {
    "newest_first": "newest first",
    "changed_since": "asks what changed since the last run,",
    "window": "asks by days, beginning where the last run stood,",
}

_DRIFT = {
    "quarantine": "records whose members are not as usual go to quarantine",
    "stop": "nothing is taken in when members are not as usual",
}


def describe(mapping: Compiled) -> Iterator[str]:
    """Lines of plain text: what is asked, and for every column of ours where it comes from and what may refuse it."""
    stream = mapping.stream
    yield f"{stream.name}: {stream.title['vi']} ({stream.title['en']})"
    yield f"  asks {stream.request.name} {_given(stream.request.query, stream.request.body)}".rstrip()
    if stream.for_each:
        each = stream.for_each
        yield f"  once for each {each.field} of stream {each.stream}, sent as {each.send}"
    if stream.incremental:
        changes = stream.incremental
        yield f"  {_CHANGES[changes.kind]} by {changes.by}, {changes.overlap:g} s before the cursor included"
    if stream.retire:
        yield (
            f"  retires what {stream.retire.after} complete lists in a row lack; asks a person when a list lacks more than "
            f"{stream.retire.limit:.1%} of what is in force"
        )
    yield f"  records in {stream.form.records}, each becomes a row of {mapping.entity.table.fullname}:"
    yield from (f"    {each.column} ← {_field(each)}" for each in mapping.fields)
    for part in mapping.parts:
        for path, fields in part.lists:
            yield f"  each {path} becomes a row of {part.table.fullname}:"
            yield from (f"    {each.column} ← {_field(each)}" for each in fields)
    if stream.drift != "report":
        yield f"  drift: {_DRIFT[stream.drift]}"
    ignored = stream.document.content.get("ignored", ())
    if ignored:
        yield f"  left out on purpose: {', '.join(ignored)}"


def _field(each: Field) -> str:
    said = each.said
    if "const" in said:
        return "always empty" if said["const"] is None else f"always {said['const']!r}"
    if "position_of" in said:
        return f"the running number of the {said['position_of']} it stands in"
    words = [" or, if empty, ".join(each.sources), *_reading(each)]
    if each.personal:
        words.append("(personal data)")
    return " ".join(words)


def _reading(each: Field) -> Iterator[str]:
    said = each.said
    if "of" in said:
        yield f"of the {said['of']} above it"
    if said.get("first"):
        yield "(of a list, the first)"
    if "begins" in said:
        yield f"(only when it begins with {said['begins']})"
    if "pick" in said:
        where = ", ".join(f"{key} = {value}" for key, value in said["pick"]["where"].items())
        yield f"(of a list, {said['pick']['take']} where {where})"
    if "join" in said:
        yield f"({said['join']['take']} of each, joined by {said['join']['with']!r})"
    if each.crosswalk:
        yield f"through crosswalk {each.crosswalk.name} ({', '.join(_codes(each.crosswalk))}; any other code is refused)"
        if "dated" in said:
            yield f"as it is meant on {said['dated']['from']}, written {said['dated']['format']}"
        return
    yield _TYPES[said.get("type", "text")] + _format(said)


def _codes(crosswalk: Crosswalk) -> Iterator[str]:
    yield from (f"{source}→{target}" for source, target in crosswalk.codes.items())
    for source, rows in crosswalk.rows.items():
        yield from (f"{source}→{row.object}{_days(row)}" for row in rows)


def _days(row: Row) -> str:
    begin = f" from {row.valid_from}" if row.valid_from else ""
    return f"{begin} to {row.valid_to}" if row.valid_to else begin


def _format(said: Mapping[str, Any]) -> str:
    form = said.get("format")
    return "" if form is None else f" {form if isinstance(form, str) else ' or '.join(form)}"


def _given(query: Mapping[str, str], body: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{key}={value}" for key, value in {**query, **(body or {})}.items())
