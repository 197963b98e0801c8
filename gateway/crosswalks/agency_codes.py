"""Agency codes (mã định danh cơ quan) in both styles that live side by side.

Old (QCVN 102:2016): `000.00.15.H56`, four groups, the top body last. New (QĐ 20/2020/QĐ-TTg): `H56.15`, the top body first, and only
as many groups as there are levels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gateway.mapping.crosswalk import Row, Sheet

STYLES = "agency_code_style"
"""The crosswalk with the codes that do not follow the rule: old style → new style."""

_OLD = re.compile(r"(\d{3})\.(\d{2})\.(\d{2})\.([A-Z]\d{2})")
_NEW = re.compile(r"([A-Z]\d{2})(?:\.(\d{2})(?:\.(\d{2})(?:\.(\d{3}))?)?)?")
_NONE = ("00", "00", "000")


def to_new(code: str, exceptions: Mapping[str, str] | None = None) -> str:
    """`000.00.15.H56` → `H56.15`. exceptions: old → new, for codes that do not follow the rule.

    Raises ValueError for what is no code of the old style, and for one that skips a level (`000.17.00.H56`).
    """
    if exceptions and code in exceptions:
        return exceptions[code]
    found = _OLD.fullmatch(code)
    if found is None:
        raise ValueError("not an agency code of the old style, as 000.00.15.H56")
    fourth, third, second, top = found.groups()
    groups = [second, third, fourth]
    while groups and groups[-1] == _NONE[len(groups) - 1]:
        groups.pop()
    if any(group == none for group, none in zip(groups, _NONE, strict=False)):
        raise ValueError("an agency code that skips a level")
    return ".".join([top, *groups])


def to_old(code: str, exceptions: Mapping[str, str] | None = None) -> str:
    """`H56.15` → `000.00.15.H56`. exceptions: old → new, as above.

    Raises ValueError for codes the old style has no room for: `H21.100` (three digits on the second level), `H21.100-01`.
    """
    back = {new: old for old, new in (exceptions or {}).items()}
    if code in back:
        return back[code]
    found = _NEW.fullmatch(code)
    if found is None:
        raise ValueError("not an agency code that the old style can write")
    top, *groups = found.groups()
    if any(group == none for group, none in zip(groups, _NONE, strict=True)):
        raise ValueError("an agency code that skips a level")
    second, third, fourth = (group or none for group, none in zip(groups, _NONE, strict=True))
    return f"{fourth}.{third}.{second}.{top}"


def exceptions_in_vain(sheet: Sheet) -> Sequence[Row]:
    """Rows of the exceptions that only say what the rule says."""
    return [row for row in sheet.rows if _by_rule(row.subject) == row.object]


def _by_rule(code: str) -> str | None:
    try:
        return to_new(code)
    except ValueError:
        return None
