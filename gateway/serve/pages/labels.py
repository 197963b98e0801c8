"""Labels and texts of the pages in both languages: Vietnamese first, English beside it and marked as such."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

from gateway.serve.problems import Said

FILE = Path(__file__).with_name("labels.yaml")


@cache
def labels() -> Mapping[str, Said]:
    """All labels, by name."""
    said = yaml.safe_load(FILE.read_text("utf-8"))
    return {name: Said(text["en"], text["vi"]) for name, text in said.items()}


def words(name: str, /, **values: Any) -> Said:
    """A label with its places filled in; a value that is itself in both languages is put in as each language has it."""
    label = labels()[name]
    return Said(_filled(label.en, "en", values), _filled(label.vi, "vi", values))


def label(name: str, /, **values: Any) -> Markup:
    """The same as HTML."""
    return both(words(name, **values))


def both(said: Said) -> Markup:
    """A text in both languages as HTML; in one where there is only one, or where both are the same. Values are escaped."""
    vi, en = said.vi, said.en
    if not vi:
        return Markup('<span lang="en">{}</span>').format(en)
    if not en or vi == en:
        return Markup("{}").format(vi)
    return Markup('<span class="vi">{}</span> <span class="en" lang="en">{}</span>').format(vi, en)


def _filled(text: str, language: str, values: Mapping[str, Any]) -> str:
    own = {name: getattr(each, language) if isinstance(each, Said) else each for name, each in values.items()}
    return text.format(**own)
