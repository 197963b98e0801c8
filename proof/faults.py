"""R1, faults: every kind of fault at a moment that the dice choose, then a quiet night: nothing lost, doubled or kept silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from proof.card import Line
from proof.fault_kinds import KINDS, Kind
from proof.faulty import Verdict, play, usual
from proof.stage import stage
from tests.helpers.memory import memory_folder
from tests.helpers.server import Server

SEEDS = 20
WORKERS = 2


def measure(seeds: int = SEEDS, kinds: Sequence[Kind] = KINDS, workers: int = WORKERS) -> Line:
    """All kinds with seeds 1, 2, …; each seed is another province."""
    return judged(list(_verdicts(range(1, seeds + 1), kinds, workers)), seeds, kinds)


def judged(verdicts: Sequence[Verdict], seeds: int, kinds: Sequence[Kind]) -> Line:
    """The line of these verdicts."""
    wrong = [f"{each.kind}, seed {each.seed}: {what}" for each in verdicts for what in each.wrong]
    counted = {
        word: sum(f": {word}: " in what for what in wrong) for word in ("lost", "twice", "silent", "wrong", "leaked")
    }
    bad = sum(bool(each.wrong) for each in verdicts)
    return Line(
        "R1",
        "faults",
        measured=f"{len(kinds)} kinds of fault x {seeds} seeds = {len(verdicts)} runs, {bad} not as promised: "
        + ", ".join(f"{count} {word}" for word, count in counted.items()),
        required="at least 40 kinds, every run as promised",
        passed=not wrong and len(verdicts) == len(kinds) * seeds,
        detail=tuple(wrong[:60]),
    )


def _verdicts(seeds: Sequence[int], kinds: Sequence[Kind], workers: int) -> Iterator[Verdict]:
    """Shared out to processes; one alone does without."""
    shares = [list(seeds[number::workers]) for number in range(workers)]
    if workers == 1:
        yield from played(shares[0], kinds)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for found in pool.map(played, shares, [kinds] * workers):
            yield from found


def played(seeds: Sequence[int], kinds: Sequence[Kind]) -> list[Verdict]:
    """All kinds with each of these seeds, on a server of this process's own."""
    with (
        memory_folder() as place,
        EmbeddedPostgres(place / "data", settings=FORGETFUL, keep=False) as postgres,
    ):
        server = Server(postgres)
        return [verdict for seed in seeds for verdict in _of_seed(server, seed, kinds)]


def _of_seed(server: Server, seed: int, kinds: Sequence[Kind]) -> Iterator[Verdict]:
    with stage(server, seed) as set_up:
        undisturbed = usual(set_up)
        for kind in kinds:
            yield play(set_up, kind, undisturbed)
