"""What a reform leaves: links from body to body, and questions for a person."""

from __future__ import annotations

from dataclasses import dataclass

RENAMED, DERIVED = "renamed", "derived"


@dataclass(frozen=True)
class Link:
    """A body went, wholly or in part, into another. relation: whole, part, remainder, renamed or derived; said: the words.

    `evidence` is the rule of `gateway.codes.claims` that found the body, or `named_by_several`, `district`, `communes`, `province`.
    """

    entity_id: int
    successor_id: int
    relation: str
    evidence: str
    said: str


@dataclass(frozen=True)
class Question:
    """Something for a person. candidates: `code name` of what it may be; entity_id: of the former unit, when it is known."""

    entity_id: int | None
    code: str | None
    name: str
    reason: str
    said: str | None = None
    candidates: tuple[str, ...] = ()
