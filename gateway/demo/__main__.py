"""`python -m gateway.demo [--once] …` runs a night; `python -m gateway.demo clean` removes what demos left."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gateway.demo.errors import DemoError
from gateway.demo.folder import clean
from gateway.demo.night import run_demo
from gateway.demo.options import DemoOptions, default_state


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code."""
    chosen = _parser().parse_args(arguments)
    if chosen.verb == "clean":
        return _clean(chosen.state)
    return run_demo(
        DemoOptions(
            state=chosen.state,
            once=chosen.once,
            catalogue=chosen.catalogue,
            dossiers=chosen.dossiers,
            procedures=chosen.procedures,
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway.demo", description="One night of sync on this machine.")
    parser.add_argument("verb", nargs="?", choices=("run", "clean"), default="run")
    parser.add_argument("--once", action="store_true", help="end after the summary instead of staying until Ctrl-C")
    parser.add_argument("--state", type=Path, default=default_state(), help="folder of the demo's data and logs")
    parser.add_argument("--catalogue", type=Path, help="procedure catalogue for the simulated portals")
    parser.add_argument("--dossiers", type=int, help="how many dossiers to simulate")
    parser.add_argument("--procedures", type=int, help="how many procedures to simulate")
    return parser


def _clean(state: Path) -> int:
    try:
        ended = clean(state)
    except DemoError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if ended:
        print(f"ended: {', '.join(ended)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
