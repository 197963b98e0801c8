"""Names as iGate writes them: a list with language ids here, a plain string there."""

from typing import Any

from sandbox.world.chance import Dice

VIETNAMESE = 228


def translated(name: str) -> dict[str, Any]:
    """A name with its language id (228 = Vietnamese)."""
    return {"languageId": VIETNAMESE, "name": name}


def name_shape(dice: Dice, name: str) -> list[dict[str, Any]] | str:
    """A name as a list or as a string, as chance has it."""
    return name if dice.one_in(3) else [translated(name)]
