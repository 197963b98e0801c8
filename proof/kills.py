"""R3: nights killed at random, a share of their pushes taken without an answer; and PostgreSQL itself killed under a night."""

from __future__ import annotations

from proof.card import Line
from proof.crash import judged, times
from proof.shared_work import found

NAMES = {"killed nights": "pairs of killed nights", "postgres killed": "kills of PostgreSQL"}


def measure(nights: int = 50, servers: int = 20) -> Line:
    """nights: trials of two nights each, both killed once; servers: kills of the database's server."""
    findings = found({"killed nights": range(nights), "postgres killed": range(servers)})
    return judged("R3", "kills", times(findings, NAMES), "100 kills, 20 of PostgreSQL, 0 differences", findings)
