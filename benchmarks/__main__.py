"""`python -m benchmarks`: our pipeline, dlt and the bare floor over the same data. See benchmarks/README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from benchmarks import race, report
from benchmarks.contestants import Dlt, Floor, Ours, install_dlt
from benchmarks.meter import Failed
from benchmarks.programs import ROOT
from benchmarks.stage import stage
from gateway.demo.embedded_postgres import EmbeddedPostgres

USUAL, QUICK, MILLION = 100_000, 10_000, 1_000_000


def main() -> int:
    """Measure and print; 0 when it could measure, else 1 and the reason."""
    signal.signal(signal.SIGTERM, _leave)
    options = _options()
    try:
        found = _measure(options)
    except (Failed, race.NotTheSame) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    cache: Path = options.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {}
    with EmbeddedPostgres(cache / "postgres", keep=False) as server:
        if not options.million:
            found = _race(options, cache, server)
        if options.million or not options.quick:
            found["memory"] = _memory(cache, server)
    return found


def _race(options: argparse.Namespace, cache: Path, server: EmbeddedPostgres) -> dict[str, Any]:
    count, rounds = (QUICK, 1) if options.quick else (options.dossiers, options.rounds)
    with stage(cache, count, server, _say) as course:
        conditions = _conditions(course.settings())
        dlt = Dlt(install_dlt(cache), options.dlt_setting or race.DLT_SETTINGS[0])
        if not options.dlt_setting and not options.quick:
            dlt = race.best_dlt(course, dlt, _say)
        results = race.run_rounds(course, [Ours(), dlt, Floor()], rounds, _say)
    report.show(results, count)
    print(f"All held the same {count:,} dossiers: codes, states and times of change. dlt ran with {dlt.setting}.")
    return {**conditions, "dlt_setting": dlt.setting, **report.as_dict(results, count)}


def _memory(cache: Path, server: EmbeddedPostgres) -> dict[str, float]:
    """Peak memory of our first load of a million dossiers, over that of a hundred thousand."""
    peaks = {}
    for count in (USUAL, MILLION):
        results = race.Results()
        with stage(cache, count, server, _say) as course:
            race.run_one(course, Ours(), results, _say, f"memory at {count:,}", phases=("first",))
        peaks[count] = results.middle("ours", "first", "peak_mb")
    share = peaks[MILLION] / peaks[USUAL]
    print(
        f"Peak memory of ours: {peaks[USUAL]:.0f} MB at {USUAL:,}, {peaks[MILLION]:.0f} MB at {MILLION:,}: × {share:.2f}"
    )
    return {"mb_at_100000": peaks[USUAL], "mb_at_1000000": peaks[MILLION], "ratio": share}


def _conditions(settings: dict[str, str]) -> dict[str, Any]:
    machine = {"processors": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]}
    print("PostgreSQL, the same for all: " + ", ".join(f"{name} {value}" for name, value in settings.items()))
    print("Machine: " + ", ".join(f"{name} {value}" for name, value in machine.items()))
    return {"machine": machine, "postgresql": settings}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} dossiers, one round, no memory part")
    parser.add_argument("--million", action="store_true", help="only the memory part")
    parser.add_argument("--dossiers", type=int, default=USUAL, help="how many (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="medians are taken over them (default %(default)s)")
    parser.add_argument(
        "--dlt-setting", choices=race.DLT_SETTINGS, help="instead of trying all and keeping the fastest"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every number there too")
    parser.add_argument(
        "--cache", type=Path, default=ROOT / ".bench", help="for data, databases and dlt (default .bench)"
    )
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    # As Ctrl-C does, so that everything started is ended on the way out.
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
