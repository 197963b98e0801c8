"""`python -m proof [NAME…]`: measure the lines of the score card; exit 1 when one fails. Without names: all of them."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from proof import (
    access_matrix,
    api_fuzz,
    charsets,
    crash,
    deadline,
    faults,
    feed,
    hostile,
    kills,
    order,
    overlap,
    payloads,
    reconciled,
    replayed,
    rerun,
    selftest,
    store_faults,
    subject,
    tampered,
    unspoken,
)
from proof.alone import alone
from proof.card import Line

LINES: Mapping[str, Callable[[], Line]] = {
    "payloads": payloads.measure,
    "charsets": charsets.measure,
    "mappings": replayed.measure,
    "hostile": hostile.measure,
    "deadline": deadline.measure,
    "reconcile": reconciled.measure,
    "crash": crash.measure,
    "kills": kills.measure,
    "store": store_faults.measure,
    "order": order.measure,
    "selftest": partial(alone, selftest.measure),
    "faults": faults.measure,
    "rerun": partial(alone, rerun.measure),
    "overlap": partial(alone, overlap.measure),
    "api": api_fuzz.measure,
    "audit": tampered.measure,
    "feed": feed.measure,
    "subject": subject.measure,
    "canary": unspoken.measure,
    "access": access_matrix.measure,
}


def main() -> int:
    """Print one line for each proof as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(LINES)}")
    parser.add_argument("--examples", type=int, metavar="N", help="how many payloads to try")
    parser.add_argument("--seeds", type=int, metavar="N", help="with how many seeds to try each kind of fault")
    parser.add_argument("--against", metavar="REVISION|FOLDER", help="the mappings to compare with (HEAD)")
    said = parser.parse_args()
    wanted = said.names or list(LINES)
    unknown = sorted(set(wanted) - set(LINES))
    if unknown:
        parser.error(f"no proof {', '.join(unknown)}; there are {', '.join(LINES)}")
    measures = dict(LINES)
    if said.examples:
        measures["payloads"] = partial(payloads.measure, said.examples)
    if said.seeds:
        measures["faults"] = partial(faults.measure, said.seeds)
    if said.against:
        measures["mappings"] = partial(replayed.measure, said.against)
    shown = [_shown(measures[name]) for name in wanted]  # all of them, also after a failed one
    return 0 if all(shown) else 1


def _shown(measure: Callable[[], Line]) -> bool:
    begun = time.monotonic()
    line = measure()
    print(line, f"({time.monotonic() - begun:.0f} s)", flush=True)
    for each in line.detail:
        print(f"  {each}", flush=True)
    return line.passed


if __name__ == "__main__":
    sys.exit(main())
