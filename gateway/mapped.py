"""map: one record of a landed page → a canonical row, or why it is refused. It ends in one of the two, whatever came."""

from __future__ import annotations

import msgspec

from connectors import decode
from connectors.errors import ExplainedError
from gateway.mapping.compile import Mapped, Mapping
from gateway.mapping.reject import Reject
from gateway.records import Refused, Source

ASKED = "@request"
"""The member under which a mapping reads what a page was asked with, as `@request.idQDCB`."""


def map_record(mapping: Mapping, found: Source) -> Mapped | Refused:
    """Decode and map one record."""
    if found.refusal:
        return _not_given(mapping, found, found.refusal)
    members = {}
    try:
        members = decode.members(found.raw)
        if found.asked:
            members[ASKED] = msgspec.Raw(msgspec.json.encode(found.asked))
        return mapping.apply(members)
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
