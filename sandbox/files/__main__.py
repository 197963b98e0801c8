"""`python -m sandbox.files FOLDER`: writes the folder an agency would fill, and says in one JSON line what it wrote."""

import argparse
import json
import sys
from pathlib import Path

from sandbox.files.folder import fill
from sandbox.options import OneLineParser
from sandbox.world.world import World, procedures_of_size


def main(arguments: list[str] | None = None) -> int:
    """Fills the folder and returns the exit code."""
    options = _parser().parse_args(arguments)
    world = World(procedures_of_size(None, options.procedures), 0, options.seed)
    world.pass_days(options.day)
    try:
        written = fill(options.folder, world, options.done)
    except OSError as problem:
        print(f"sandbox: {problem}", file=sys.stderr)
        return 2
    print(json.dumps({"folder": str(options.folder), "day": world.day, "records": written}))
    return 0


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="python -m sandbox.files", description="Spreadsheets of the simulated world in a folder."
    )
    add = parser.add_argument
    add("folder", type=Path, metavar="FOLDER", help="made when it is not there; files of these names are replaced")
    add("--seed", type=int, default=1, help="another seed, another world (default 1)")
    add("--day", type=_count, default=0, metavar="N", help="as if N days had passed since 2026-11-20")
    add("--procedures", type=_count, metavar="N", help="how many procedures (default: all built-in ones)")
    add("--done", action="store_true", help="put an empty NAME.done beside each file once it is complete")
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"not a whole number: {text}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
