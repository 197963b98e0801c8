"""One thing that a client told of a dossier, as it came and as a portal keeps it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any

import msgspec

FOREVER = 1 << 62
NEVER = -1


class Kind(Enum):
    """What was told: a dossier (hồ sơ), a row of its progress (tiến độ), or the state of one that the portal made."""

    DOSSIER = "dossier"
    PROGRESS = "progress"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Push:
    """An item that passed the portal's checks; `state` and `time` are its own words for what happened when.

    `date` is the text by which lists order dossiers (yyyyMMddHHmmss at the national portal).
    """

    kind: Kind
    service: str
    code: str
    item: Mapping[str, Any]
    state: str
    time: str
    date: str = ""
    is_updating: bool | None = None


@dataclass(slots=True)
class Kept:
    """An accepted push: `at` counts them at this portal from 1, `body` is the item's canonical JSON.

    It is shown once more than `hidden_until` calls were received, and kept up to and with the call `last_call` and the
    simulated day `last_day`. `body` is emptied when a later push of the same dossier has taken its place for good.
    """

    push: Push
    at: int
    sha256: str
    body: bytes
    hidden_until: int = NEVER
    last_call: int = FOREVER
    last_day: int = FOREVER

    @property
    def is_settled(self) -> bool:
        """True when it is shown at once and kept for good."""
        return self.hidden_until == NEVER and self.last_call == self.last_day == FOREVER

    def is_kept(self, calls: int, day: int) -> bool:
        """Whether the portal still has it, so many calls after its start."""
        return calls <= self.last_call and day <= self.last_day

    def is_shown(self, calls: int, day: int) -> bool:
        """Whether the portal's answers tell of it."""
        return calls > self.hidden_until and self.is_kept(calls, day)

    def item(self) -> dict[str, Any]:
        """The item as it was pushed."""
        item: dict[str, Any] = msgspec.json.decode(self.body)
        return item


def canonical(item: Mapping[str, Any]) -> bytes:
    """The item as JSON with sorted keys, no blanks, and letters as UTF-8 rather than escaped."""
    return json.dumps(item, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def keep(push: Push, at: int) -> Kept:
    """A push as it is kept, without its fields a second time: they are in the body."""
    body = canonical(push.item)
    bare = Push(push.kind, push.service, push.code, {}, push.state, push.time, push.date, push.is_updating)
    return Kept(bare, at, sha256(body).hexdigest(), body)
