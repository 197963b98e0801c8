"""What is matched, and one row of either side as it was told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is matched."""

    PROCEDURE = "procedure"
    AGENCY = "agency"


@dataclass(frozen=True)
class Entry:
    """A procedure (thủ tục) or agency (cơ quan) with what may tell it from others; empty where the source says nothing.

    field, level, agency: names; several stand on lines of their own or between `|`. An agency's `agency` is its parent.
    legal_basis: numbers of documents (số văn bản), as written.
    """

    code: str
    name: str
    field: str = ""
    level: str = ""
    agency: str = ""
    legal_basis: str = ""
