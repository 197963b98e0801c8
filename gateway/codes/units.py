"""Levels of administrative units (cấp đơn vị hành chính), in the words of any list."""

from __future__ import annotations

from gateway.codes.names import unit_word

PROVINCE, DISTRICT, COMMUNE = "province", "district", "commune"

_TOLD = {
    "province": PROVINCE,
    "tỉnh": PROVINCE,
    "cấp tỉnh": PROVINCE,
    "district": DISTRICT,
    "huyện": DISTRICT,
    "cấp huyện": DISTRICT,
    "commune": COMMUNE,
    "ward": COMMUNE,
    "xã": COMMUNE,
    "cấp xã": COMMUNE,
}
_BY_NAME = {
    "tỉnh": PROVINCE,
    "thủ đô": PROVINCE,
    "huyện": DISTRICT,
    "quận": DISTRICT,
    "thị xã": DISTRICT,
    "xã": COMMUNE,
    "phường": COMMUNE,
    "thị trấn": COMMUNE,
    "đặc khu": COMMUNE,
}


def level_of(told: str | None, name: str, parent: str | None) -> str | None:
    """The level a list tells, else the one its name tells; a thành phố is a province when nothing stands above it."""
    if told is not None:
        return _TOLD.get(told.lower(), told)
    if unit_word(name) == "thành phố":
        return DISTRICT if parent else PROVINCE
    return _BY_NAME.get(unit_word(name))
