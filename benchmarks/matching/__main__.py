"""`python -m benchmarks.matching`: local names made from a real catalogue, matched by us and by the field's own method."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.matching import noise, pace, testset
from benchmarks.matching.testset import Made
from benchmarks.matching.ways import CUT_AT, WAYS
from benchmarks.programs import ROOT
from gateway.errors import ConfigError
from gateway.matching import evaluate
from gateway.matching.entry import Entry
from gateway.matching.evaluate import Figures, Outcome, Pair
from gateway.matching.lists import read_catalogue

CATALOGUE = ROOT.parent / "shared" / "data" / "tthc_catalogue.csv"
SEEDS = (101, 102, 103, 104, 105)
"""Reported seeds. Weights and thresholds were set while looking at seeds 1 and 2."""
WITHHELD = 10
"""Every tenth national procedure is taken away, to see what becomes of local ones that have none."""
CONSOLE = Console(width=120)


@dataclass(frozen=True)
class Judged:
    """A set with what both methods made of it."""

    made: list[Made]
    ours: list[Outcome]
    cosine: list[Outcome]

    def figures(self, name: str, way: str = "") -> tuple[Figures, Figures]:
        """Figures of both methods, of one way only if one is named."""
        chosen = [at for at, each in enumerate(self.made) if way in {"", each.way}]
        pairs = [self.made[at].pair for at in chosen]
        return (
            evaluate.figures(f"{name}, gateway", pairs, [self.ours[at] for at in chosen]),
            evaluate.figures(f"{name}, cosine", pairs, [self.cosine[at] for at in chosen]),
        )


def main() -> int:
    """Make, match, print; 0, or 2 when there is no catalogue."""
    options = _options()
    try:
        national = read_catalogue(options.catalogue)
    except ConfigError as error:
        print(f"benchmarks.matching: {error}", file=sys.stderr)
        return error.exit_code
    _conditions(national)
    sets = {seed: testset.make(national, seed) for seed in options.seeds}
    if options.pairs:
        testset.write(sets[options.seeds[0]], options.pairs)
    judged = {seed: _judge(made, national) for seed, made in sets.items()}
    found = [each for seed, both in judged.items() for each in both.figures(f"seed {seed}")]
    _show("All ways, seed by seed", found)
    together = Judged(
        [each for both in judged.values() for each in both.made],
        [each for both in judged.values() for each in both.ours],
        [each for both in judged.values() for each in both.cosine],
    )
    by_way = [each for way in WAYS for each in together.figures(way, way)]
    _show("Way by way, all seeds together", by_way)
    others = [*_all_cut(national), *_withheld(sets[options.seeds[0]], national)]
    _show("Other sets", others)
    measured = pace.measure([each.pair.local for each in sets[options.seeds[0]]], national, options.rounds)
    _say_pace(measured, len(national))
    if options.json:
        told = {"seeds": found, "ways": by_way, "other_sets": others}
        numbers: dict[str, Any] = {name: [asdict(each) for each in each_list] for name, each_list in told.items()}
        numbers["seconds"] = {**asdict(measured), "ratio": measured.ratio, "ratio_all_cores": measured.ratio_all_cores}
        options.json.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    return 0


def _judge(made: list[Made], national: Sequence[Entry]) -> Judged:
    pairs = [each.pair for each in made]
    return Judged(made, evaluate.by_matching(pairs, national), evaluate.by_word_counts(pairs, national))


def _all_cut(national: Sequence[Entry]) -> tuple[Figures, Figures]:
    """Every name cut at 100 letters, all else as it is: some rows become identical."""
    names = [" ".join(row.name.split())[:CUT_AT] for row in national]
    local = [Entry("local", name, row.field, row.level, row.agency) for name, row in zip(names, national, strict=True)]
    made = [Made("cut", Pair(entry, row.code)) for entry, row in zip(local, national, strict=True)]
    return _judge(made, national).figures("all cut at 100")


def _withheld(made: list[Made], national: Sequence[Entry]) -> tuple[Figures, Figures]:
    """Local procedures of which the national list has no row: any link is wrong, so `links` should be 0."""
    missing = {row.code for row in national[::WITHHELD]}
    left = [row for row in national if row.code not in missing]
    alone = [Made(each.way, Pair(each.pair.local, "")) for each in made if each.pair.national_code in missing]
    return _judge(alone, left).figures("no national row")


def _conditions(national: Sequence[Entry]) -> None:
    CONSOLE.print(
        f"{len(national):,} national procedures; one local row of each, its way of differing drawn by the seed"
    )
    for column, shares in noise.SHARES.items():
        CONSOLE.print(
            f"  {column}: missing in {shares.missing:.0%} of rows, spelt otherwise in {shares.respelt:.0%}, "
            f"another row's in {shares.wrong:.0%}"
        )


def _show(title: str, found: Sequence[Figures]) -> None:
    table = Table(title=title, title_justify="left")
    for heading in ("set, method", "rows", "top-1", "links", "precision", "recall", "identical", "listed", "linked"):
        table.add_column(heading, justify="left" if heading == "set, method" else "right")
    for each in found:
        name, rows, top_1, links, precision, recall, *identical = asdict(each).values()
        shares = [_percent(top_1), f"{links:,}", _percent(precision), _percent(recall)]
        table.add_row(name, f"{rows:,}", *shares, *map(str, identical))
    CONSOLE.print(table)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"


def _say_pace(measured: pace.Pace, count: int) -> None:
    CONSOLE.print(
        f"{count:,} x {count:,}: ours {measured.ours:.2f} s; token-sort matrix {measured.matrix_one_core:.2f} s on one core "
        f"(x {measured.ratio:.2f}), {measured.matrix_all_cores:.2f} s on all (x {measured.ratio_all_cores:.2f})"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    parser.add_argument(
        "--catalogue", type=Path, default=CATALOGUE, help="CSV of the national list (default %(default)s)"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS), help="(default 101 to 105)")
    parser.add_argument("--rounds", type=int, default=3, help="of the timing; medians are shown (default %(default)s)")
    parser.add_argument("--pairs", type=Path, metavar="FILE", help="write the first seed's pairs there, as CSV")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every number there too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
