"""`python -m benchmarks.mapping`: decoding and mapping alone, beside one plain function without checks. See README.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.mappers import MAPPERS
from benchmarks.pages import prepared
from benchmarks.programs import ROOT, environment

USUAL, QUICK = 100_000, 10_000
SHARE = 0.7
"""What we claim: with all its checks, our mapping gets through at least this share of the floor's records in the same
processor seconds, each in its fastest round. The clock's seconds also count who else uses the machine, and the processor's
how they push us out of its cache: both can only make a round slower than the work is."""

Found = dict[str, Any]


def main() -> int:
    """Measure and print; 1 where what we claim does not hold, or the two did not make the same values."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mapping", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="the fastest of them counts (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} dossiers in place of {USUAL:,}, three rounds")
    parser.add_argument("--cache", type=Path, default=ROOT / ".bench", help="for the data (default .bench)")
    options = parser.parse_args()
    count, rounds = (QUICK, 3) if options.quick else (USUAL, options.rounds)
    folder = prepared(options.cache.resolve(), count, lambda text: print(text, file=sys.stderr, flush=True))
    runs: dict[str, list[Found]] = {name: [] for name in MAPPERS}
    for _ in range(rounds):
        for name in MAPPERS:
            runs[name].append(_run(name, folder))
    if len({each["digest"] for found in runs.values() for each in found}) != 1:
        raise SystemExit("benchmarks.mapping: the two did not make the same values")
    print(f"{runs['ours'][0]['records']:,} dossiers decoded and mapped, the fastest of {rounds} rounds each")
    return _verdict({name: _shown(name, found) for name, found in runs.items()})


def _run(name: str, folder: Path) -> Found:
    """One of the two over all records, in a fresh process: nothing is remembered from the round before."""
    command = [sys.executable, "-m", "benchmarks.mappers", name, str(folder)]
    ended = subprocess.run(  # noqa: S603  # our own words
        command, env=environment(), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise SystemExit(f"benchmarks.mapping: {name} ended with code {ended.returncode}:\n{ended.stderr[-2000:]}")
    found: Found = json.loads(ended.stdout)
    return found


def _shown(name: str, runs: list[Found]) -> Found:
    rates = {what: sorted(each["records"] / each[what] for each in runs) for what in ("cpu", "seconds")}
    best = {what: each[-1] for what, each in rates.items()}
    print(
        f"  {name:<5} {best['cpu']:9,.0f} records per processor second ({1e6 / best['cpu']:5.1f} µs each; its rounds from"
        f" {rates['cpu'][0]:,.0f})  {best['seconds']:9,.0f} by the clock"
    )
    return best


def _verdict(rates: dict[str, Found]) -> int:
    share, clock = (rates["ours"][what] / rates["floor"][what] for what in ("cpu", "seconds"))
    print(f"ours reaches × {share:.2f} of the floor's rate (claimed: {SHARE:g}), × {clock:.2f} by the clock")
    return 0 if share >= SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
