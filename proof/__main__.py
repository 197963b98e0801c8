"""`python -m proof [NAME…]`: measure the lines of the score card; exit 1 when one fails. Without names: all of them."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping

from proof import deadline, hostile
from proof.card import Line

LINES: Mapping[str, Callable[[], Line]] = {"deadline": deadline.measure, "hostile": hostile.measure}


def main() -> int:
    """Print one line for each proof as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(LINES)}")
    wanted = parser.parse_args().names or list(LINES)
    unknown = sorted(set(wanted) - set(LINES))
    if unknown:
        parser.error(f"no proof {', '.join(unknown)}; there are {', '.join(LINES)}")
    shown = [_shown(LINES[name]) for name in wanted]  # all of them, also after a failed one
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
