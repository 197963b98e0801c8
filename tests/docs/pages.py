"""The documentation as the tests read it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = {".venv", ".judges", ".gateway", ".bench", ".git", "node_modules"}
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`")


def pages() -> list[Path]:
    """Every Markdown file of the project."""
    return sorted(p for p in ROOT.rglob("*.md") if not _LEFT_OUT & set(p.relative_to(ROOT).parts))


def own_pages() -> list[Path]:
    """The pages people read: those at the top and those in docs/."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def read(name: str) -> str:
    """A page by its path in the project."""
    return (ROOT / name).read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", text)


def code(text: str) -> list[str]:
    """Everything written as code: each line of fenced blocks without its comment, each piece of inline code."""
    lines = [line.split(" #")[0].strip() for block in _FENCE.findall(text) for line in block.splitlines()]
    return lines + [" ".join(piece.split()) for piece in _INLINE.findall(prose(text))]


def words(text: str) -> set[str]:
    """Every word written as code, for "is it named?"."""
    return {word for piece in code(text) for word in re.findall(r"[\w@.{}<>-]+", piece)}
