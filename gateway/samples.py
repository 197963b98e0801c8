"""Redacted samples: a page a portal really sent, cut to a few records and without anything personal, to test a mapping with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from gateway.errors import ConfigError
from gateway.mapping.bench import samples as golden
from gateway.probe import Probe
from gateway.redaction import Redaction

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
    redaction = Redaction(found.mapping)
    records = [redaction.redacted(record) for record in found.records[:KEPT]]
    file = stream.document.path.parent / "golden" / f"{stream.stream}.json"
    redaction = Redaction(found.mapping)
    records = [redaction.redacted(record) for record in found.records[:KEPT]]
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
