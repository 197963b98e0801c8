"""Dates as portals want to be asked by them. A portal's days are Vietnamese days."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Vietnamese time has had no other offset since 1975."""

_TOKENS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


def today() -> date:
    """The day it is in Vietnam."""
    return datetime.now(VIETNAM).date()


def written(moment: date, form: str) -> str:
    """A date, or an instant in Vietnamese time, in a form such as `dd/MM/yyyy` or `yyyyMMddHHmmss`; `iso` is yyyy-MM-dd."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(VIETNAM)
    if form == "iso":
        return moment.isoformat()
    for token, directive in _TOKENS.items():
        form = form.replace(token, directive)
    return moment.strftime(form)


def parsed(text: str, before: date) -> date:
    """A first day as a mapping says it: `2026-01-01`, or `90d` for so many days before `before`."""
    return before - timedelta(days=int(text[:-1])) if text.endswith("d") else date.fromisoformat(text)
