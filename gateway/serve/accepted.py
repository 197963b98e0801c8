"""What a caller accepts, by weight (RFC 9110, 12.4.2): q=0 refuses, a range such as `*/*` stands for all that is not named."""

from __future__ import annotations

from collections.abc import Iterable


def weights(said: str) -> dict[str, float]:
    """The weight of each part of an Accept or Accept-Encoding, by its name in small letters; one that is no number is 0."""
    return dict(map(_weighted, filter(str.strip, said.lower().split(","))))


def best(said: str, kinds: Iterable[str]) -> str:
    """The media type that an Accept wants most, of equal ones what it names, then the first; "" when it wants none of them."""
    found = weights(said)
    heaviest = max(kinds, key=lambda kind: (_weight(found, kind), kind in found))
    return heaviest if _weight(found, heaviest) > 0 else ""


def _weight(found: dict[str, float], kind: str) -> float:
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((found[each] for each in ranges if each in found), 0.0)


def _weighted(part: str) -> tuple[str, float]:
    name, *parameters = (each.strip() for each in part.split(";"))
    said = next((each.removeprefix("q=") for each in parameters if each.startswith("q=")), "1")
    try:
        return name, float(said)
    except ValueError:
        return name, 0.0
