"""map: one record of a landed page → a canonical row, or why it is refused. It ends in one of the two, whatever came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.errors import ExplainedError
from gateway.mapping.compile import Mapped, Mapping
from gateway.mapping.drift import Watch
from gateway.mapping.members import ASKED, Members, members_of
from gateway.mapping.quick import TOGETHER
from gateway.mapping.reject import Reject
from gateway.records import Refused, Source


def map_records(mapping: Mapping, records: Sequence[Source], watch: Watch) -> Iterator[Mapped | Refused]:
    """Decode and map records, each in its place; those that look like the ones before are mapped together."""
    for start in range(0, len(records), TOGETHER):
        together = records[start : start + TOGETHER]
        for record, mapped in zip(together, mapping.quick([each.raw for each in together]), strict=True):
            if mapped is None:
                yield map_record(mapping, record, watch)
            else:
                watch.looked += 1
                yield mapped


def map_record(mapping: Mapping, found: Source, watch: Watch | None = None) -> Mapped | Refused:
    """Decode and map one record; `watch` looks at its members on the way."""
    if found.refusal:
        return _not_given(mapping, found, found.refusal)
    members: Members = {}
    try:
        members = members_of(found.raw, found.asked)
        drifted = watch.look(members) if watch is not None else ()
        if watch is not None and drifted and mapping.stream.drift == "quarantine":
            raise watch.reject(drifted[0])
        mapped = mapping.apply(members)
        if not drifted:
            mapping.learn(members)
        return mapped
    except Reject as reject:
        refusal = reject
    except ExplainedError as error:
        refusal = Reject(f"not a readable record ({type(error).__name__})", ".", f"{len(bytes(found.raw))} bytes")
    return Refused(found, mapping.key_of(members), refusal)


def _not_given(mapping: Mapping, found: Source, reason: str) -> Refused:
    """The portal refused the one record that was asked for: what it was asked for is its key."""
    for_each = mapping.stream.for_each
    assert for_each is not None
    key = str((found.asked or {}).get(for_each.send, ""))
    return Refused(found, key, Reject(reason, f"{ASKED}.{for_each.send}", key))
