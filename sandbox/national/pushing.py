"""The services that take dossiers (đồng bộ hồ sơ): what provinces create and update here, and what they tell back.

No answer names the item it refuses. The sandbox's own readings: a batch is refused whole, so that nothing of it is kept;
rows of progress are kept as they come, so that a row pushed twice stands twice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.national.checks import Item, check_dossier, check_progress, check_status, items_of
from sandbox.national.problems import AlreadyThere, BadParameter, NotFound, RefusedByOrder
from sandbox.pushes.record import Kind, Push
from sandbox.pushes.tampering import current
from sandbox.world.standing import find_standing
from sandbox.world.world import World

Parameters = dict[str, Any]
DOSSIERS, PROGRESS, STATUS = "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "DongBoTrangThaiHoSo"
PUSHES = frozenset({DOSSIERS, PROGRESS, STATUS})
MISSING = "Hồ sơ không tồn tại trên hệ thống"


def push_dossiers(world: World, parameters: Parameters) -> list[Any]:
    """DongBoHoSoMC: creates (`isUpdating` "False") or updates ("True") the dossiers in `data[]`."""
    said = parameters.get("isUpdating")
    if said not in ("True", "False"):
        raise BadParameter("isUpdating phải là True hoặc False")
    return keep_dossiers(world, parameters.get("data"), is_updating=said == "True")


def push_progress(world: World, parameters: Parameters) -> list[Any]:
    """CapNhatTienDoHoSoMC: adds the rows in `data[]` to their dossiers."""
    return keep_progress(world, parameters.get("data"))


def push_status(world: World, parameters: Parameters) -> list[Any]:
    """DongBoTrangThaiHoSo: `data`, one object, tells the state of a dossier that was filed on the portal; `type` is "2"."""
    if parameters.get("type") != "2":
        raise BadParameter("type phải là 2")
    return keep_status(world, parameters.get("data"))


def keep_dossiers(world: World, data: object, *, is_updating: bool) -> list[Any]:
    """Keeps a batch of new or of known dossiers; a code that a batch brings twice is there already the second time."""
    items = items_of(data)
    _obey(items)
    fresh: set[str] = set()
    for item in items:
        check_dossier(world, item)
        _check_existence(world.pushes.holds(item["MaHoSo"]) or item["MaHoSo"] in fresh, is_updating)
        if not is_updating:
            fresh.add(item["MaHoSo"])
    world.pushes.add([_dossier(item, is_updating) for item in items])
    return []


def keep_progress(world: World, data: object) -> list[Any]:
    """Keeps rows of progress of dossiers that are there."""
    items = items_of(data)
    _obey(items)
    for item in items:
        check_progress(item)
        _check_existence(world.pushes.holds(item["MaHoSo"]), is_wanted=True)
    world.pushes.add([_row(Kind.PROGRESS, PROGRESS, item, "ThoiDiemXuLy") for item in items])
    return []


def keep_status(world: World, data: object) -> list[Any]:
    """Keeps what was told back of a dossier that the portal itself made (code `G22…`)."""
    [item] = items_of([data])
    _obey([item])
    check_status(item)
    found = find_standing(world, item["MaHoSo"])
    _check_existence(found is not None and found.code_national == item["MaHoSo"], is_wanted=True)
    world.pushes.add([_row(Kind.STATUS, STATUS, item, "NgayXuLy")])
    return []


def codes_of(data: object) -> list[str]:
    """The dossier codes that a batch, or one object, brings; "" where an item has none."""
    items = data if isinstance(data, list) else [data]
    return [str(item.get("MaHoSo", "")) if isinstance(item, Mapping) else "" for item in items]


def pushed_codes(name: str, parameters: Parameters) -> list[str] | None:
    """The same for a call of a service; None when the service takes no pushes."""
    return codes_of(parameters.get("data")) if name in PUSHES else None


def _obey(items: Sequence[Item]) -> None:
    """Refuses the call where a fault wants that."""
    order = current()
    if order.refusal and order.hits_any(codes_of(items)):
        raise RefusedByOrder(order.refusal, order.error_code)


def _check_existence(is_there: bool, is_wanted: bool) -> None:
    if is_there and not is_wanted:
        raise AlreadyThere("Hồ sơ đã tồn tại trên hệ thống")
    if is_wanted and not is_there:
        raise NotFound(MISSING)


def _dossier(item: Item, is_updating: bool) -> Push:
    """Its own time is that of its last step that has a date."""
    steps = ("NgayTra", "NgayKetThucXuLy", "NgayTuChoi", "NgayTiepNhan")
    time = next(item[name] for name in steps if item.get(name))
    return Push(
        kind=Kind.DOSSIER,
        service=DOSSIERS,
        code=item["MaHoSo"],
        item=item,
        state=item["TrangThaiHoSo"],
        time=time,
        date=item["NgayTiepNhan"],
        is_updating=is_updating,
    )


def _row(kind: Kind, service: str, item: Item, time: str) -> Push:
    return Push(kind, service, item["MaHoSo"], item, item["TrangThai"], item[time])
