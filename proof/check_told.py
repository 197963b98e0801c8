"""Whether the national portal holds what it must hear of, once, in order, as the province shows it: lost, twice, wrong, silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from proof import check_stored
from proof.asked import Ask
from proof.line import Line, lines
from proof.seen import Seen, Step, step_of
from proof.shown import Record, Shown, instant, national_time, plain

DOSSIERS, PROGRESS, STATUS = "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "DongBoTrangThaiHoSo"
ONE_STOP, FILED_THERE = "national/dossiers", "national/statuses"


def complaints(ask: Ask, seen: Seen, tonight: Shown) -> Iterator[str]:
    """One sentence for each step or dossier that is not there, there twice or there otherwise, and that nobody is told of."""
    is_open = set(ask.column("select target from ops.target where mode = 'open'"))
    unread = check_stored.unread(ask, "province", "dossiers")
    owed = _owed(ask, seen, unread)
    if ONE_STOP in is_open:
        told = lines(ask, ONE_STOP)
        for code in sorted(owed.keys() - seen.filed_there.keys()):
            line, pushed = told.get(code, Line()), tonight.pushed.get(code)
            yield from _steps(f"{ONE_STOP} {code}", owed[code], seen.steps[code], _told(pushed, PROGRESS), line)
            if unread is not None and code not in unread:
                yield from _record(code, seen, tonight, line)
        yield from _stuck(ONE_STOP, told)
    if FILED_THERE in is_open:
        told = lines(ask, FILED_THERE)
        for code, theirs in sorted(seen.filed_there.items()):
            line, pushed = told.get(theirs, Line()), tonight.pushed.get(theirs)
            yield from _steps(f"{FILED_THERE} {theirs}", owed[code], seen.steps[code], _told(pushed, STATUS), line)
        yield from _stuck(FILED_THERE, told)
    yield from _doubled(seen, tonight)
    yield from _uncalled_for(seen, tonight)


def _owed(ask: Ask, seen: Seen, unread: set[str] | None) -> dict[str, set[Step]]:
    """The steps the nation must hear of: all states that a dossier moved to, as far as they were shown; of what could not be
    read, those that we hold all the same. The same state at a later time is no step, though a portal may be told of it.
    """
    held: dict[str, set[Step]] = {}
    for code, state, at in ask.rows(check_stored.EVENTS):
        held.setdefault(code, set()).add((state, at))
    is_read = {code: unread is not None and code not in unread for code in seen.steps}
    return {
        code: _moves(steps if is_read[code] else steps & held.get(code, set())) for code, steps in seen.steps.items()
    }


def _moves(steps: set[Step]) -> set[Step]:
    in_time = sorted(steps, key=lambda step: step[1])
    return {step for number, step in enumerate(in_time) if not number or in_time[number - 1][0] != step[0]}


def _steps(place: str, owed: set[Step], shown: set[Step], told: list[tuple[str, str]], line: Line) -> Iterator[str]:
    for state, time in sorted(_theirs(owed) - set(told)):
        if not line.lists_step(state, time):
            yield f"lost: {place}: the portal does not hold state {state} of {time}, and nothing of ours says why"
    for state, time in sorted(set(told) - _theirs(shown)):
        yield f"wrong: {place}: the portal holds state {state} of {time}, which the province never showed"
    times = [time for _, time in dict.fromkeys(told)]
    if times != sorted(times):
        yield f"wrong: {place}: its steps were told in another order than they happened"


def _theirs(steps: set[Step]) -> set[tuple[str, str]]:
    return {(state, national_time(at)) for state, at in steps}


def _told(pushed: Record | None, service: str) -> list[tuple[str, str]]:
    return [(each["state"], each["time"]) for each in _kept(pushed, service)]


def _kept(pushed: Record | None, service: str) -> list[Record]:
    pushes: Sequence[Record] = pushed["pushes"] if pushed else ()
    return [each for each in pushes if each["kept"] and each["service"] == service]


def _record(code: str, seen: Seen, tonight: Shown, line: Line) -> Iterator[str]:
    place, pushed, record = f"{ONE_STOP} {code}", tonight.pushed.get(code), tonight.dossiers.get(code)
    if record is None or (step := step_of(record)) is None or line.lists_record:
        return
    holds = pushed["holds"] if pushed else None
    if holds is None:
        yield f"lost: {place}: the portal has no such dossier, and nothing of ours says why"
    elif holds["state"] != step[0]:
        yield f"wrong: {place}: the portal holds state {holds['state']}, the province shows {step[0]}"
    else:
        _, item = seen.bodies[code]
        for name, right in _right(record, step[0]).items():
            if (item.get(name) or "") != (right or ""):
                yield f"wrong: {place}: {name} at the portal is not what the province shows"


def _right(record: Record, state: str) -> dict[str, Any]:
    return {
        "TrangThaiHoSo": state,
        "ChuHoSo": plain(record["applicant"]["data"]["fullname"]),
        "NgayNopHoSo": national_time(instant(record["appliedDate"])),
        "NgayTiepNhan": national_time(instant(record["acceptedDate"])),
        "NgayHenTra": national_time(instant(record["appointmentDate"])),
        "NgayKetThucXuLy": national_time(instant(record["completedDate"])),
    }


def _doubled(seen: Seen, tonight: Shown) -> Iterator[str]:
    """Rows of steps, and tellings of the very same dossier one after another, beyond those a portal was told to double."""
    found: list[str] = []
    for code, pushed in sorted(tonight.pushed.items()):
        for service in (PROGRESS, STATUS):
            counted = Counter((each["state"], each["time"]) for each in _kept(pushed, service))
            found += [
                f"{code}: state {state} of {time}" for (state, time), times in counted.items() for _ in range(times - 1)
            ]
        records = _kept(pushed, DOSSIERS)
        pairs = pairwise(records)
        found += [f"{code}: the dossier" for one, other in pairs if one["sha256"] == other["sha256"]]
    if len(found) > seen.doubled:
        yield from (f"twice: the national portal holds twice {each}" for each in found)


def _uncalled_for(seen: Seen, tonight: Shown) -> Iterator[str]:
    known = seen.steps.keys() | set(seen.filed_there.values())
    for code in sorted(tonight.pushed.keys() - known):
        yield f"wrong: the national portal was told of {code}, which the province never showed"


def _stuck(target: str, told: dict[str, Line]) -> Iterator[str]:
    for code, line in sorted(told.items()):
        for row in line.unexplained():
            yield f"silent: {target} {code}: a {row.kind} is {row.state}, and nothing says why"
