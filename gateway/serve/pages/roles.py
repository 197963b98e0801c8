"""What the roles of a set are for, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gateway.publish.contract import Contract, Role
from gateway.serve.problems import Said

BETWEEN = " · "
"""What stands between the Vietnamese and the English of a role's description."""


class Kind(NamedTuple):
    """A role, and what it is for."""

    role: Role
    about: Said


def roles(contract: Contract) -> Sequence[Kind]:
    """Those of a contract, in its order."""
    return [Kind(role, _about(role)) for role in contract.roles]


def _about(role: Role) -> Said:
    vi, _, en = role.description.partition(BETWEEN)
    return Said(en, vi)
