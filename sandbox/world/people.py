"""Invented applicants (người nộp hồ sơ). Nobody here exists: names are combined, numbers lie in ranges nobody has."""

from dataclasses import dataclass
from functools import cache

from sandbox.world.chance import Dice
from sandbox.world.facts import document


@dataclass(frozen=True, slots=True)
class Person:
    """An applicant: full name, identity number (099...), phone number (0900000...)."""

    full_name: str
    identity_number: str
    phone_number: str


REGULAR = Person("Tôn Nữ Giả Định Thường", "099000000097", "09000009970")
"""Who files at every portal, when the sandbox is told so: nobody else has this name, this number or this phone."""

_share: list[int] = []


def invite_regular(one_in: int) -> None:
    """From now on one applicant in so many is REGULAR, at every portal of this process; 0: none."""
    _share[:] = [one_in] if one_in else []


@cache
def _parts() -> tuple[list[str], list[str], list[str]]:
    parts = document("people.yaml")
    return parts["family"], parts["middle"], parts["given"]


def person(dice: Dice) -> Person:
    """The person that these dice show."""
    if _share and dice.one_in(_share[0]):
        return REGULAR
    family, middle, given = _parts()
    return Person(
        full_name=f"{dice.pick(family)} {dice.pick(middle)} {dice.pick(given)}",
        identity_number=f"099{dice.below(10**9):09}",
        phone_number=f"0900000{dice.below(1000):03}",
    )
