"""The command line of `python -m sandbox`."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for; sizes are counts, lifetimes seconds, a port 0 means any free one."""

    ports: dict[str, int]
    seed: int
    day: int
    procedures: int | None
    dossiers: int
    catalogue: Path | None
    remember: Path | None
    session_seconds: float
    token_seconds: float
    only: list[str]
    regular: int

    def wants(self, portal: str) -> bool:
        """Whether a portal is to be started."""
        return not self.only or portal in self.only


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage; ends its help with what `ending` gives when somebody asks."""

    ending: Callable[[], str] = str

    def format_help(self) -> str:
        """The help, and its ending."""
        return f"{super().format_help()}\n{self.ending()}"

    def error(self, message: str) -> NoReturn:
        """Ends with code 2."""
        self.exit(2, f"sandbox: {message}\n")


def read_options(portals: Sequence[str], ending: Callable[[], str], arguments: list[str] | None = None) -> Options:
    """The options, for the portals there are; a wrong one ends the program with code 2 and one line on stderr.

    ending: makes the end of the help; it may take its time, since only who asks for help waits for it.
    """
    parser = _parser(portals)
    parser.ending = ending
    said = vars(parser.parse_args(arguments))
    said["ports"] = dict(said.pop("port"))
    if unknown := set(said["ports"]) - set(portals):
        parser.error(f"argument --port: no portal {min(unknown)}; there are {', '.join(portals)}")
    return Options(**said)


def _parser(portals: Sequence[str]) -> OneLineParser:
    parser = OneLineParser(
        prog="python -m sandbox",
        description="Simulated portals on 127.0.0.1. Prints one JSON line with their addresses when all answer.",
    )
    add = parser.add_argument
    add("--port", type=_port, action="append", default=[], metavar="NAME=PORT", help="a portal's port (else any free)")
    add("--seed", type=int, default=1, help="another seed, another world (default 1)")
    add("--day", type=_count, default=0, metavar="N", help="start as if N days had passed since 2026-11-20")
    add("--procedures", type=_count, metavar="N", help="how many procedures (default: all built-in or catalogue ones)")
    add("--dossiers", type=_count, default=2000, metavar="N", help="how many dossiers on day 0 (default 2000)")
    add("--catalogue", type=Path, metavar="FILE", help="serve a real catalogue (CSV) instead of the built-in one")
    add("--remember", type=Path, metavar="FILE", help="keep what portals were told in a file, for the next start")
    add("--session-seconds", type=_seconds, default=600, metavar="S", help="life of a national session (default 600)")
    add("--token-seconds", type=_seconds, default=300, metavar="S", help="life of other portals' tokens (default 300)")
    add("--only", choices=portals, action="append", default=[], help="start only this one; may be said again")
    add("--regular", type=_count, default=0, metavar="N", help="one applicant in N is the same person (default: none)")
    return parser


def _count(text: str) -> int:
    number = _whole(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"must not be negative: {text}")
    return number


def _port(text: str) -> tuple[str, int]:
    name, _, said = text.rpartition("=")
    number = _whole(said)
    if not name or not 0 <= number <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"not a portal and a port: {text}")
    return name, number


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a positive number of seconds: {text}")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a whole number: {text}") from None
