"""How fresh a set is: as of when it tells what the portals showed, and whether that is older than its contract promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.publish import freshness
from gateway.serve.shelf import Shared


@dataclass(frozen=True)
class State:
    """as_of: None where it was not noted. late: by how much the promise is broken, if it is."""

    as_of: datetime | None
    late: timedelta | None
    seen_age: timedelta
    published_age: timedelta


def state(shared: Shared) -> State:
    """The state at this moment."""
    now = datetime.now(UTC)
    as_of, promised = freshness.kept(shared.folder.parent), shared.contract.latency
    seen_age = now - as_of if as_of else timedelta()
    late = seen_age - promised if promised is not None and seen_age > promised else None
    return State(as_of, late, seen_age, now - shared.published_at)
