"""The proxy's addresses for dossiers: the body is the batch alone, and the address says what is to be done with it.

The words behind the base address are configured at every site, so these are the sandbox's own. The answer is the national
envelope as it is, not in a string: the client that pushes here reads error_code and message at the top.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from sandbox.national.envelope import key_of, refusal, refused, success
from sandbox.national.problems import Refused
from sandbox.national.pushing import keep_dossiers, keep_progress, keep_status
from sandbox.reply import Reply
from sandbox.world.world import World

UNREADABLE = "Dữ liệu gửi lên không phải là JSON"


def create(world: World, data: object) -> list[Any]:
    """ThemMoiHoSo: new dossiers."""
    return keep_dossiers(world, data, is_updating=False)


def update(world: World, data: object) -> list[Any]:
    """CapNhatHoSo: dossiers that are there."""
    return keep_dossiers(world, data, is_updating=True)


PUSHES: Mapping[str, Callable[[World, object], list[Any]]] = {
    "ThemMoiHoSo": create,
    "CapNhatHoSo": update,
    "DongBoTienTrinh": keep_progress,
    # One object, no list: the state of a dossier that was filed on the portal.
    "DongBoTrangThaiHoSo": keep_status,
}


def read(body: bytes) -> object | None:
    """The batch, or None when it cannot be read."""
    try:
        data: object = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    return data


def push(world: World, name: str, data: object | None) -> Reply:
    """The answer to a push; an unreadable one is HTTP 400."""
    if data is None:
        return refusal(b"json", -1, UNREADABLE, 400)
    key = key_of({"service": name, "data": data})
    try:
        return success(key, PUSHES[name](world, data))
    except Refused as problem:
        return refused(key, problem)
