"""One line of the score card."""

from __future__ import annotations

from dataclasses import dataclass


class Impossible(Exception):
    """This machine lets nobody measure it; the text says why and what to do. Such a line fails, it never passes."""


@dataclass(frozen=True)
class Line:
    """What was promised and what was measured. number: R14; detail: what a person looks at first when it failed."""

    number: str
    name: str
    measured: str
    required: str
    passed: bool
    detail: tuple[str, ...] = ()

    def __str__(self) -> str:
        verdict = "PASS" if self.passed else "FAIL"
        return f"{self.number} {self.name} measured={self.measured} required={self.required} {verdict}"
