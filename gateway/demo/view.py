"""What the demo shows: progress while the night runs (a live table, or a line per change) and the summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.box import SIMPLE, SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table

from gateway.demo.counts import BatchCounts
from gateway.demo.told import Compared, Told

STATES = {
    "queued": "chờ",
    "running": "đang chạy",
    "success": "xong",
    "failed": "hỏng",
    "missing": "không chạy",
}


@dataclass(frozen=True)
class Row:
    """One DAG's progress: what it does at the moment, how its run stands, what was counted so far."""

    dag_id: str
    step: str
    state: str
    counts: str

    @property
    def label(self) -> str:
        """The state in both languages."""
        return f"{self.state} ({STATES[self.state]})" if self.state in STATES else self.state


class Progress:
    """Shows rows again and again. On a terminal one table that changes, elsewhere (a log) one line per change."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._shown: dict[str, Row] = {}

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, rows: Sequence[Row]) -> None:
        """Show the present state."""
        if self._live is not None:
            self._live.update(_progress_table(rows), refresh=True)
            return
        for row in rows:
            if self._shown.get(row.dag_id) != row:
                self._shown[row.dag_id] = row
                self._console.print(f"  {row.dag_id}: {row.label}, {row.step} {row.counts}".rstrip(" ,"), markup=False)


def _progress_table(rows: Iterable[Row]) -> Table:
    table = Table(box=SIMPLE)
    for title in ("DAG", "step (bước)", "state (trạng thái)", "counts (số lượng)"):
        table.add_column(title)
    for row in rows:
        table.add_row(row.dag_id, row.step, row.label, row.counts)
    return table


def short_counts(batches: Iterable[BatchCounts]) -> str:
    """One line of counts over several batches; empty when nothing was read yet."""
    names = ("read", "new", "changed", "unchanged", "quarantined")
    lines = list(batches)
    sums = {name: sum(getattr(line, name) for line in lines) for name in names}
    return ", ".join(f"{name} {count:,}" for name, count in sums.items()) if sums["read"] else ""


def summary_table(lines: Iterable[BatchCounts]) -> Table:
    """Per portal and stream: read = new + changed + unchanged + quarantined, and how long it took."""
    table = Table(box=SIMPLE_HEAD, padding=0, title="The night (đêm đồng bộ)", title_justify="left")
    table.add_column("portal\ncổng", no_wrap=True)
    table.add_column("stream\nluồng", no_wrap=True)
    titles = (
        "read\nđọc",
        "new\nmới",
        "changed\nđổi",
        "un-\nchanged\nnhư cũ",
        "quaran-\ntined\ncách ly",
        "seconds\ngiây",
    )
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    for line in lines:
        numbers = (line.read, line.new, line.changed, line.unchanged, line.quarantined)
        seconds = "–" if line.seconds is None else f"{line.seconds:.1f}"
        table.add_row(line.portal, line.stream, *(f"{number:,}" for number in numbers), seconds)
    return table


def told_table(targets: Iterable[Told]) -> Table:
    """Per target: what it accepted tonight, and what waits for whom."""
    table = Table(box=SIMPLE_HEAD, padding=0, title="Portals told (chuyển trạng thái đi)", title_justify="left")
    table.add_column("target\nđích", no_wrap=True)
    for title in ("accepted\nđã nhận", "held\ngiữ lại", "rejected\nbị từ chối", "unknown\nchưa rõ", "waiting\nchờ"):
        table.add_column(title, justify="right", no_wrap=True)
    for each in targets:
        numbers = (each.accepted, each.held, each.rejected, each.unknown, each.waiting)
        table.add_row(each.target, *(f"{number:,}" for number in numbers))
    return table


def compared_table(pairs: Iterable[Compared]) -> Table:
    """Per pair: how many each side has, how many agree, and why the others do not."""
    table = Table(box=SIMPLE_HEAD, padding=0, title="Both sides compared (đối soát)", title_justify="left")
    table.add_column("pair\ncặp", no_wrap=True)
    for title in ("ours\nta", "theirs\nhọ", "equal\nkhớp"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("differences\nchênh lệch")
    for each in pairs:
        causes = ", ".join(f"{count:,} {cause}" for cause, count in sorted(each.causes.items())) or "none (không)"
        table.add_row(each.pair, f"{each.ours:,}", f"{each.theirs:,}", f"{each.equal:,}", causes)
    return table
