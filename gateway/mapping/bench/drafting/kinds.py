"""Which type of the mapping language fits the values that were seen, for a column of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Numeric

from gateway.mapping import times, values
from gateway.mapping.reject import Unfit

USUAL_FORMATS = (
    "iso",
    "epoch_ms",
    "dd/MM/yyyy",
    "dd/MM/yyyy HH:mm:ss",
    "yyyy-MM-dd",
    "yyyy-MM-dd HH:mm:ss",
    "yyyyMMddHHmmss",
)


def fitting(
    column: Column[Any], found: Sequence[Any], usual: Sequence[str], formats: Sequence[str]
) -> dict[str, Any] | None:
    """The words `type` and `format` that take every value; None when none does.

    usual: the types that known mappings give this column, the most usual first; formats: those they use.
    """
    if isinstance(column.type, DateTime | Date):
        kind = "instant" if isinstance(column.type, DateTime) else "date"
        form = _format(kind, found, (*formats, *USUAL_FORMATS))
        return None if form is None else {"type": kind, "format": form}
    for kind in (*usual, *_candidates(column, found)):
        if kind in values.PLAIN and _takes(values.PLAIN[kind], found):
            return {"type": kind}
    return None


def is_codelike(found: Sequence[Any]) -> bool:
    """Whether values look like codes rather than like words: few blanks, or digits."""
    texts = [str(value) for value in found]
    return bool(texts) and sum(" " not in each.strip() for each in texts) >= 0.8 * len(texts)


def _candidates(column: Column[Any], found: Sequence[Any]) -> tuple[str, ...]:
    if isinstance(column.type, Boolean):
        return ("bool",)
    if isinstance(column.type, Integer):
        return ("int",)
    if isinstance(column.type, Numeric):
        return ("decimal", "money")
    if any(isinstance(value, str) and "<" in value and ">" in value for value in found):
        return ("html", "text")
    return (
        ("code", "line") if column.name.endswith(("_code", "_id", "_url")) or is_codelike(found) else ("line", "code")
    )


def _takes(convert: Callable[[Any], Any], found: Sequence[Any]) -> bool:
    try:
        for value in found:
            convert(value)
    except (Unfit, TypeError, AttributeError):
        return False
    return True


def _format(kind: str, found: Sequence[Any], known: Sequence[str]) -> str | list[str] | None:
    """The one format that reads every value, or the two that do together; the most used first."""
    if not found:
        return known[0]
    ranked = [form for form, _ in Counter(known).most_common()]
    reader = times.instant if kind == "instant" else times.day
    tries = [(form,) for form in ranked] + list(combinations(ranked, 2))
    for forms in tries:
        if _takes(reader(forms), found):
            return forms[0] if len(forms) == 1 else list(forms)
    return None
