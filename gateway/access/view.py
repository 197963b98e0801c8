"""What one caller may read of a set: which columns, in which form, which rows. The one place where rights become answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

from gateway.access.agreed import HIDDEN, offer
from gateway.access.grants import Grant
from gateway.access.masks import LEAVES, PLAIN, PSEUDONYM, Masked, mask
from gateway.publish.contract import Column, Contract

Row = Sequence[Any]


@dataclass(frozen=True)
class Reach:
    """Which rows. agencies: codes in the column of the scope; first, last: days in Vietnam, both of it. None: no limit."""

    agencies: frozenset[str] | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class View:
    """forms: the columns that exist for the caller, in the contract's order. mark: tells this view from every other; "" where anyone
    reads everything. role: of the contract, "" for anyone. key: of the consumer's pseudonyms.
    """

    contract: Contract
    forms: Mapping[str, str]
    reach: Reach = field(default_factory=Reach)
    mark: str = ""
    role: str = ""
    key: bytes = field(default=b"", repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether it is all rows and all columns as they are, which is what files hold."""
        return self._is_bare() and self.reach == Reach()

    @cached_property
    def seen(self) -> Contract:
        """The contract of what the caller gets: a masked column is a text, or nothing."""
        if self._is_bare():
            return self.contract
        return replace(self.contract, columns=tuple(_seen(each, self.forms) for each in self._existing()))

    @cached_property
    def askable(self) -> Contract:
        """The contract of what rows may be asked by: columns as they are, and not of persons.

        A filter on a masked column would tell its values; one on a personal column would have them written in addresses, which
        are kept in many places on the way.
        """
        if self.contract.is_open:
            return self.contract
        plain = tuple(each for each in self._existing() if _is_askable(each, self.forms))
        return replace(self.contract, columns=plain)

    @property
    def needs_key(self) -> bool:
        """Whether values are shown as pseudonyms."""
        return PSEUDONYM in self.forms.values()

    def masking(self, names: Sequence[str]) -> Callable[[Row], Row]:
        """What makes of a row, of values in the order of these columns, the one that is shown."""
        masks = {at: mask(form, name, self.key) for at, name, form in self._masked(names)}
        return _same if not masks else lambda row: _masked(row, masks)

    def _is_bare(self) -> bool:
        """Whether it has all columns as they are."""
        return len(self.forms) == len(self.contract.columns) and all(form == PLAIN for form in self.forms.values())

    def _masked(self, names: Sequence[str]) -> list[tuple[int, str, str]]:
        return [(at, name, self.forms[name]) for at, name in enumerate(names) if self.forms[name] != PLAIN]

    def _existing(self) -> tuple[Column, ...]:
        return tuple(column for column in self.contract.columns if column.name in self.forms)


def whole(contract: Contract) -> View:
    """What anyone has of an open set."""
    return View(contract, {column.name: PLAIN for column in contract.columns})


def granted(contract: Contract, grant: Grant, agencies: frozenset[str] | None) -> View | None:
    """What a right gives, as it was agreed or less; None when the contract has no such role by now, or other columns of the key or of
    its limits.

    agencies: the codes of the right's agency and those below it; None where it has no agency.
    """
    forms = {name: form for name, form in grant.agreed.narrowed(contract, grant.role).items() if form}
    if not grant.agreed.has_scope_of(contract, grant.limits) or any(forms.get(name) != PLAIN for name in contract.key):
        return None
    reach = Reach(agencies, grant.period_from, grant.period_until)
    return View(contract, forms, reach, mark=_mark(grant, forms, reach), role=grant.role)


def lacking(contract: Contract, grant: Grant) -> list[str]:
    """The columns that the contract gives the right's role by now, and the right does not, or otherwise; `everything` where the right
    gives nothing any more.
    """
    view, now = granted(contract, grant, None), offer(contract, grant.role).forms
    if view is None:
        return ["everything"]
    return [name for name, form in now.items() if form != view.forms.get(name, HIDDEN)]


def _mark(grant: Grant, forms: Mapping[str, str], reach: Reach) -> str:
    said = [grant.grant_id, list(forms.items()), sorted(reach.agencies or ()), reach.first, reach.last]
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:16]


def _is_askable(column: Column, forms: Mapping[str, str]) -> bool:
    return forms[column.name] == PLAIN and column.classification != "personal"


def _seen(column: Column, forms: Mapping[str, str]) -> Column:
    form = forms[column.name]
    if form == PLAIN:
        return column
    left, left_vi = LEAVES[form]
    said, said_vi = f"{column.description} Masked: {left}.", f"{column.description_vi} Đã che: {left_vi}."
    return replace(column, type="string", required=False, code_list="", description=said, description_vi=said_vi)


def _same(row: Row) -> Row:
    return row


def _masked(row: Row, masks: Mapping[int, Masked]) -> Row:
    return [masks[at](value) if at in masks else value for at, value in enumerate(row)]
