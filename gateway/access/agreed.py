"""What a right was agreed on (thoả thuận): what the contract gave its role, and by what it was limited, on the day it was given.

A later contract may show a role more, or call another column the period. A right goes on as it was agreed, or gives less; for more it
is given anew, on a basis that covers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from gateway.access.masks import FITS, PLAIN
from gateway.publish.contract import Column, Contract

HIDDEN = ""
"""The form of a column that the role does not see."""


@dataclass(frozen=True)
class Agreed:
    """major: of the contract's version. forms: of all its columns of then. scope: as the contract had it."""

    major: int
    forms: Mapping[str, str]
    scope: Mapping[str, str]

    def narrowed(self, contract: Contract, role: str) -> dict[str, str]:
        """The forms in which the right shows columns now: never more of one than was agreed, nor than the contract gives.

        A column of after the agreement is seen where every role sees it.
        """
        now = offer(contract, role).forms
        return {each.name: self._of_column(each, now[each.name]) for each in contract.columns}

    def _of_column(self, column: Column, now: str) -> str:
        form = _narrower(self.forms.get(column.name, HIDDEN if column.is_guarded else PLAIN), now)
        return HIDDEN if form in FITS and column.type not in FITS[form] else form

    def has_scope_of(self, contract: Contract, kinds: Iterable[str]) -> bool:
        """Whether limits of these kinds bind what they bound."""
        now = asdict(contract.scope)
        return all(now[kind] and now[kind] == self.scope[kind] for kind in kinds)


def offer(contract: Contract, role: str) -> Agreed:
    """What a contract gives a role; one that it does not have sees nothing."""
    listed = next((each.columns for each in contract.roles if each.name == role), None)
    forms = {each.name: HIDDEN if listed is None else _form(each, listed) for each in contract.columns}
    return Agreed(int(contract.version.partition(".")[0]), forms, asdict(contract.scope))


def _form(column: Column, listed: Mapping[str, str]) -> str:
    return listed.get(column.name, HIDDEN) if column.is_guarded else PLAIN


def _narrower(then: str, now: str) -> str:
    """Of two masks, and of a mask and a value that is not shown, neither is a part of the other: nothing is left."""
    if now in {then, PLAIN}:
        return then
    return now if then == PLAIN else HIDDEN
