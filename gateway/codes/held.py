"""What the history holds on a day, as plain values, with the ways to look it up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Version:
    """What a list says of a body for some time; `version_id` is 0 while it is not stored.

    valid_from: first day; valid_to: first day on which it no longer holds, None while it does. ended_by: `succeeded`,
    `not_listed` or `status` for the last version of a body, `changed` for one that another version follows.
    """

    version_id: int
    entity_id: int
    code: str | None
    source_id: str | None
    name: str
    parent_key: str | None
    level_code: str | None
    status_code: str | None
    valid_from: date
    valid_to: date | None = None
    ended_by: str | None = None
    formed_from: str | None = None


class Holding:
    """Versions in force on one day, of one kind and issuer."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self.versions = list(versions)
        self.by_code = {each.code: each for each in self.versions if each.code is not None}
        self.by_source_id = {each.source_id: each for each in self.versions if each.source_id is not None}
        self.by_entity = {each.entity_id: each for each in self.versions}

    def parent(self, version: Version) -> Version | None:
        """The version above; a list names it by code or by the source's id."""
        if version.parent_key is None:
            return None
        return self.by_code.get(version.parent_key) or self.by_source_id.get(version.parent_key)

    def chain(self, version: Version) -> list[Version]:
        """Everything above, nearest first; ends where a list goes in a circle."""
        above: list[Version] = []
        at = self.parent(version)
        while at is not None and at not in above:
            above.append(at)
            at = self.parent(at)
        return above
