"""`python -m benchmarks.soap`: a large SOAP answer read by us and by zeep, and what memory it takes. See README.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.programs import ROOT, environment
from benchmarks.soap_answer import serving, write_answer, write_contract
from benchmarks.soap_readers import READERS

SMALL, LARGE = 20_000, 200_000
TIMES, GROWTH = 5.0, 1.5
"""What we claim: zeep needs at least so many times our processor seconds; ten times the records at most so much more
memory. Judged by the processor's seconds: those on the clock also count who else uses the machine."""

Found = dict[str, Any]


def main() -> int:
    """Measure and print; 1 where what we claim does not hold, or the two did not read the same."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soap", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="medians are taken over them (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help=f"{SMALL // 10:,} and {SMALL:,} records, one round")
    parser.add_argument("--cache", type=Path, default=ROOT / ".bench" / "soap", help="for the answers (default .bench)")
    options = parser.parse_args()
    counts, rounds = ((SMALL // 10, SMALL), 1) if options.quick else ((SMALL, LARGE), options.rounds)
    options.cache.mkdir(parents=True, exist_ok=True)
    found = {count: _race(options.cache, count, rounds) for count in counts}
    return _verdict(found)


def _race(cache: Path, count: int, rounds: int) -> dict[str, Found]:
    """Both readers over the same answer, in turns, each time in a fresh process; the medians."""
    wsdl, answer = write_contract(cache), write_answer(cache, count)
    runs: dict[str, list[Found]] = {name: [] for name in READERS}
    with serving(answer) as address:
        for _ in range(rounds):
            for name in READERS:
                runs[name].append(_run(name, wsdl, address))
    if len({each["digest"] for found in runs.values() for each in found}) != 1:
        raise SystemExit("benchmarks.soap: the two did not read the same records")
    print(f"{count:,} records, {answer.stat().st_size / 1e6:.0f} MB of XML, medians of {rounds} round(s)")
    return {name: _shown(name, count, found) for name, found in runs.items()}


def _run(name: str, wsdl: Path, address: str) -> Found:
    command = [sys.executable, "-m", "benchmarks.soap_readers", name, str(wsdl), address]
    ended = subprocess.run(  # noqa: S603  # our own words
        command, env=environment(), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise SystemExit(f"benchmarks.soap: {name} ended with code {ended.returncode}:\n{ended.stderr[-2000:]}")
    found: Found = json.loads(ended.stdout)
    return found


def _shown(name: str, count: int, runs: list[Found]) -> Found:
    middle = {what: median(each[what] for each in runs) for what in ("seconds", "cpu", "peak_mb")}
    print(
        f"  {name:<5} {middle['seconds']:7.2f} s  {count / middle['seconds']:9,.0f} records/s"
        f"  CPU {middle['cpu']:7.2f} s  peak {middle['peak_mb']:6,.0f} MB"
    )
    return middle


def _verdict(found: dict[int, dict[str, Found]]) -> int:
    small, large = sorted(found)
    times, clock = (
        min(each["zeep"][what] / each["ours"][what] for each in found.values()) for what in ("cpu", "seconds")
    )
    growth = found[large]["ours"]["peak_mb"] / found[small]["ours"]["peak_mb"]
    print(
        f"ours is × {times:.1f} as fast by the processor's seconds (claimed: {TIMES:g}), × {clock:.1f} by the clock;"
        f" memory for ten times the records: × {growth:.2f}"
    )
    return 0 if times >= TIMES and growth <= GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
