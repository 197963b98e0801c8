"""The status page of a portal: one HTML text without outside assets."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from html import escape
from string import Template

import msgspec

from sandbox.guide import ADMIN_ENDPOINTS, Endpoint
from sandbox.misbehaviour.fault import Fault
from sandbox.portal import Portal
from sandbox.world.clock import DAY_ZERO
from sandbox.world.facts import text


def status_page(portal: Portal, base: str) -> str:
    """What the portal is, its day, sizes, calls, faults, how to log in, and its addresses (Vietnamese first)."""
    world, guide = portal.world, portal.guide
    date = DAY_ZERO + timedelta(days=world.day)
    return Template(text("status.html")).substitute(
        title_vi=escape(guide.title_vi),
        title_en=escape(guide.title_en),
        purpose_vi=escape(guide.purpose_vi),
        purpose_en=escape(guide.purpose_en),
        day=world.day,
        date=f"{date:%d/%m/%Y}",
        procedures=_figure(sum(1 for _ in world.catalogue.in_force())),
        dossiers=_figure(len(world.dossiers)),
        open=_figure(world.dossiers.open_count()),
        agencies=_figure(len(world.agencies.all)),
        pushed=_pushed(portal),
        calls=_calls(portal),
        faults=_faults(portal.faults.in_force()),
        curl=escape(guide.curl.replace("{base}", base)),
        endpoints=_endpoints(guide.endpoints),
        admin=_endpoints(ADMIN_ENDPOINTS),
    )


def _pushed(portal: Portal) -> str:
    """How many dossiers were pushed to it; nothing where it takes none."""
    if portal.pushes is None:
        return ""
    figures = {
        "Hồ sơ được đồng bộ lên · Pushed here": portal.pushes.held_count(),
        "Lượt nhận · Pushes accepted": portal.pushes.accepted,
    }
    return "".join(f"<div><dt>{name}</dt><dd>{_figure(number)}</dd></div>" for name, number in figures.items())


def _figure(number: int) -> str:
    """A number with the Vietnamese thousands mark."""
    return f"{number:,}".replace(",", ".")


def _calls(portal: Portal) -> str:
    ledger = portal.ledger
    rows = [(name, _figure(count), _figure(ledger.spoiled[name])) for name, count in sorted(ledger.calls.items())]
    return _rows(rows, "Chưa có lời gọi nào", "No calls yet")


def _faults(faults: list[Fault]) -> str:
    rows = [
        (fault.match, fault.kind, _remaining(fault), msgspec.json.encode(fault.parameters).decode()[:120])
        for fault in faults
    ]
    return _rows(rows, "Không có lỗi nào được đặt", "No faults in force")


def _remaining(fault: Fault) -> str:
    return f"{fault.hits} / {fault.times or '∞'}"


def _endpoints(endpoints: Iterable[Endpoint]) -> str:
    return "".join(
        f"<tr><td><b>{endpoint.method}</b></td><td><code>{escape(endpoint.path)}</code></td>"
        f'<td>{escape(endpoint.vietnamese)} <span lang="en">{escape(endpoint.english)}</span></td></tr>'
        for endpoint in endpoints
    )


def _rows(rows: Sequence[tuple[str, ...]], nothing_vi: str, nothing_en: str) -> str:
    if not rows:
        return f'<tr><td colspan="4">{nothing_vi} <span lang="en">{nothing_en}</span></td></tr>'
    cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    return "".join(f"<tr>{row}</tr>" for row in cells)
