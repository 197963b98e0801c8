"""What the bench has to say about mapping files: errors that a person must mend, and notes worth reading."""

from __future__ import annotations

from typing import NamedTuple

from connectors.errors import ExplainedError


class Finding(NamedTuple):
    """One remark. level: ERROR or NOTE; portal: "" when it is about all; where: `file:line`, or a table of ours."""

    level: str
    portal: str
    where: str
    what: str
    do: str = ""

    def __str__(self) -> str:
        return str(ExplainedError(self.what, where=self.where, do=self.do))


ERROR, NOTE = "error", "note"


def mistake(portal: str, error: ExplainedError) -> Finding:
    """An error as a finding, so that the ones after it are found too."""
    return Finding(ERROR, portal, error.where, error.what, error.do)
