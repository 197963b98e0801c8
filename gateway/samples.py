"""Redacted samples: a page a portal really sent, cut to a few records and without anything personal, to test a mapping with."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import msgspec

from gateway.errors import ConfigError
from gateway.mapping.bench import samples as golden
from gateway.mapping.compile import Mapping as Compiled
from gateway.probe import Probe
from gateway.sources import is_in, sources

KEPT = 3
"""Records of a sample."""

# Amounts stay the numbers they are.
_encode = msgspec.json.Encoder(decimal_format="number").encode


def keep(found: Probe) -> Path:
    """Write the sample as `golden/<stream>.json` beside the stream's file; returns where.

    Of streams that are asked value by value the value goes into `<stream>.request.json`, since the answer may not repeat it.
    Letters and digits of everything that the mapping calls personal, or does not use, are replaced: what nobody has looked
    at may hold a name. Raises ConfigError for formats other than JSON, whose samples are kept by hand.
    """
    stream = found.stream
    if stream.form.kind != "json" or not isinstance(found.page.body, bytes):
        raise ConfigError(
            f"a sample of {stream.form.kind} is not kept by itself",
            where=stream.name,
            do="keep a page by hand, redacted",
        )
    readable, personal = _readable(found.mapping), _personal(found.mapping)
    records = [_redacted(record, "", readable, personal) for record in found.records[:KEPT]]
    file = golden.body_file(stream)
    file.parent.mkdir(exist_ok=True)
    text = msgspec.json.format(_encode(_wrapped(records, stream.form.records)), indent=1)
    file.write_bytes(text + b"\n")
    _keep_request(found)
    return file


def _keep_request(found: Probe) -> None:
    """Only the value that was asked for: the rest of a request may hold a session."""
    if found.stream.for_each:
        send, request = found.stream.for_each.send, found.page.request
        value = {**request["query"], **(request["body"] or {})}.get(send)
        golden.place(found.stream, "request.json").write_bytes(_encode({send: value}) + b"\n")


def _wrapped(records: list[Any], path: str) -> Any:
    """The records where the portal had them, without what stood around."""
    document: Any = records
    for name in reversed(path.split(".")) if path != "." else ():
        document = {name: document}
    return document


def _readable(mapping: Compiled) -> tuple[str, ...]:
    """The paths that are used."""
    return tuple(each.path for each in sources(mapping))


def _personal(mapping: Compiled) -> tuple[str, ...]:
    """Those among them that hold personal data, for which being used by another column too is no excuse."""
    return tuple(each.path for each in sources(mapping) if each.is_personal)


def _redacted(value: Any, path: str, readable: tuple[str, ...], personal: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        inner = {name: f"{path}.{name}" if path else name for name in value}
        return {name: _redacted(value[name], inner[name], readable, personal) for name in value}
    if isinstance(value, list):
        return [_redacted(each, path, readable, personal) for each in value]
    is_used = any(is_in(path, known) for known in readable)
    return value if is_used and not any(is_in(path, secret) for secret in personal) else _masked(value)


def _masked(value: Any) -> Any:
    """Texts keep their shape, numbers become 0."""
    if isinstance(value, str):
        return "".join(map(_shape, value))
    return value if value is None or isinstance(value, bool) else 0


def _shape(sign: str) -> str:
    """Marks too: in decomposed Unicode (Nguyê + ̃ + n) they are signs of their own."""
    return {"L": "x", "M": "x", "N": "0"}.get(unicodedata.category(sign)[0], sign)
