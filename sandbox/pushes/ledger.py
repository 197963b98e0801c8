"""What a portal accepted and what it has, for a checker that believes neither the portal's answers nor its clients."""

from typing import Any

from sandbox.pushes.dossier import Dossier
from sandbox.pushes.record import Kept, Kind
from sandbox.pushes.store import Pushes


def pushed_ledger(pushes: Pushes) -> dict[str, Any]:
    """Every code with its accepted pushes in order, what the portal holds of it now, and how many rows it keeps."""
    return {
        "accepted": pushes.accepted,
        "held": pushes.held_count(),
        "dossiers": {dossier.code: _summary(pushes, dossier) for dossier in pushes},
    }


def pushed_dossier(pushes: Pushes, code: str) -> dict[str, Any] | None:
    """The same of one code, with all fields; None when nothing was ever accepted of it."""
    dossier = pushes.find(code)
    if dossier is None:
        return None
    return {
        "code": code,
        "pushes": [_entry(pushes, kept) for kept in dossier.pushes],
        "holds": dossier.held.item() if dossier.held else None,
        "progress": [kept.item() for kept in _kept(pushes, dossier, Kind.PROGRESS)],
        "statuses": [kept.item() for kept in _kept(pushes, dossier, Kind.STATUS)],
    }


def _summary(pushes: Pushes, dossier: Dossier) -> dict[str, Any]:
    return {
        "pushes": [_entry(pushes, kept) for kept in dossier.pushes],
        "holds": _held(dossier.held) if dossier.held else None,
        "progress": len(_kept(pushes, dossier, Kind.PROGRESS)),
        "statuses": len(_kept(pushes, dossier, Kind.STATUS)),
    }


def _held(kept: Kept) -> dict[str, Any]:
    push = kept.push
    return {"at": kept.at, "state": push.state, "time": push.time, "date": push.date, "sha256": kept.sha256}


def _entry(pushes: Pushes, kept: Kept) -> dict[str, Any]:
    push = kept.push
    return {
        "at": kept.at,
        "service": push.service,
        "is_updating": push.is_updating,
        "state": push.state,
        "time": push.time,
        "sha256": kept.sha256,
        "kept": kept.is_kept(pushes.calls, pushes.day),
        "shown": kept.is_shown(pushes.calls, pushes.day),
    }


def _kept(pushes: Pushes, dossier: Dossier, kind: Kind) -> list[Kept]:
    return [kept for kept in dossier.pushes if kept.push.kind is kind and kept.is_kept(pushes.calls, pushes.day)]
