"""Which dossiers (hồ sơ) a target must hear of: whose they are, where they were filed, of which procedures, in which states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gateway.delivery.story import Story


@dataclass(frozen=True)
class Whose:
    """The `of` of a delivery.

    issuers: the portals that show us the dossiers. filed_there: how the target's own codes begin, which the dossiers filed on
    it bear beside ours; False for those that bear no code but their own, None for all. procedures: national codes; states:
    ours; empty for all of them.
    """

    issuers: tuple[str, ...]
    filed_there: str | Literal[False] | None = None
    procedures: tuple[str, ...] = ()
    states: tuple[str, ...] = ()

    @property
    def code_column(self) -> str:
        """The column with the code under which the target knows a dossier."""
        return "dossier_code_national" if self.filed_there else "dossier_code"

    def concerns(self, story: Story) -> bool:
        """Whether the target must hear of a dossier as its story tells it."""
        is_its_state = not self.states or story["status_code"] in self.states
        return is_its_state and self._is_filed_right(story) and self._is_its_procedure(story)

    def _is_filed_right(self, story: Story) -> bool:
        code = story["dossier_code_national"]
        if self.filed_there is None:
            return True
        return str(code or "").startswith(self.filed_there) if self.filed_there else code is None

    def _is_its_procedure(self, story: Story) -> bool:
        """A code of an office is the national one with the office's own behind it: 3.000333.H15.

        That is enough to see whom it concerns; what is told is the code that a source or a person linked.
        """
        codes = [story[name] or "" for name in ("procedure_code_national", "procedure_code")]
        return not self.procedures or any(
            code == each or code.startswith(f"{each}.") for code in codes for each in self.procedures
        )


def read_whose(said: Mapping[str, Any]) -> Whose:
    """The `of` of a delivery file; the schema has judged it."""
    lists = {name: tuple(said[name]) for name in ("procedures", "states") if name in said}
    return Whose(tuple(said["portals"]), said.get("filed_there"), **lists)
