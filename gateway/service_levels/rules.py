"""mappings/calendar/service_levels.yaml → Rule: which instants are compared, the time allowed, and the text it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gateway.config import HOME
from gateway.documents import Document

FILE = "calendar/service_levels.yaml"


class Measure(StrEnum):
    """Which instants a rule compares; `cases` has a statement for each."""

    STEP = "step"
    CONFIRMATION = "confirmation"
    FILING = "filing"
    CATALOGUE = "catalogue"


@dataclass(frozen=True)
class Source:
    """A text a rule rests on. certainty: read (in it, or in an act that quotes it), second_hand or memory."""

    text: str
    certainty: str
    article: str = ""

    def __str__(self) -> str:
        article = f", điều {self.article}" if self.article.isdecimal() else f", {self.article}" if self.article else ""
        return f"{self.text}{article} ({self.certainty.replace('_', ' ')})"


@dataclass(frozen=True)
class Rule:
    """One clock. title: `vi` and `en`; amount, unit: the time allowed (minute, working-hour or working-day)."""

    name: str
    title: Mapping[str, str]
    measure: Measure
    amount: int
    unit: str
    sources: tuple[Source, ...]
    comment: str = ""


def load_rules(folders: Sequence[Path], schemas: Path) -> list[Rule]:
    """The rules of the first mappings folder that has the file, else the shipped ones. Raises ConfigError with file and line."""
    path = next((folder / FILE for folder in folders if (folder / FILE).is_file()), HOME / "mappings" / FILE)
    document = Document(path)
    document.check(schemas / "service_levels.schema.json", "service_levels")
    return [_rule(name, said) for name, said in document.content.items()]


def _rule(name: str, said: Mapping[str, Any]) -> Rule:
    within = said["within"]
    sources = tuple(Source(**each) for each in said["sources"])
    return Rule(
        name,
        said["name"],
        Measure(said["measures"]),
        within["amount"],
        within["unit"],
        sources,
        said.get("comment", ""),
    )
