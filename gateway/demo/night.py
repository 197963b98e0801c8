"""One night on one machine: databases, simulated portals and a real Airflow; sync, delivery and comparison, watched to the end."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial

from rich.console import Console

from connectors.errors import ExplainedError
from gateway.demo.airflow_client import DagRun
from gateway.demo.airflow_services import wait_for_dags
from gateway.demo.counts import batches
from gateway.demo.errors import DemoError, Interrupted, ServiceError
from gateway.demo.folder import DemoFolder
from gateway.demo.interrupts import flagged
from gateway.demo.options import DemoOptions
from gateway.demo.patience import Patience
from gateway.demo.report import report
from gateway.demo.stage import Stage, staged
from gateway.demo.told import open_targets
from gateway.demo.view import Progress
from gateway.demo.watch import Watch

__all__ = ["DemoOptions", "run_demo"]

INTERRUPTED = 130
PORTAL_FAILED = 3
PORTAL_TAG = "portal"
TELLING, COMPARING = "deliver", "reconcile"
DEFAULT_SLOTS = 2


def run_demo(options: DemoOptions, console: Console | None = None) -> int:
    """Run one night; stay until Ctrl-C unless `options.once`. Every child has ended on return.

    Returns 0 when all went well, 3 when a run failed, 130 when interrupted before the summary, and the error's own
    code when a part of the demo does not work.
    """
    console = console or Console(width=None if sys.stdout.isatty() else 120)
    patience = Patience()
    with flagged(patience):
        try:
            return _run(options, console, patience)
        except Interrupted:
            console.print("Interrupted; everything is ended (đã dừng).")
            return INTERRUPTED
        except (DemoError, ExplainedError) as error:
            console.print(str(error), style="red", markup=False, highlight=False)
            return error.exit_code


def _run(options: DemoOptions, console: Console, patience: Patience) -> int:
    with DemoFolder(options.state) as folder:
        if folder.leftovers:
            console.print(f"Ended what an earlier demo left: {', '.join(folder.leftovers)}", markup=False)
        with staged(folder, options, console, patience) as stage:
            failed = _night(stage, options, console) or _afterwards(stage, options, console)
            if not failed:
                folder.remember_day(stage.addresses.day + 1)  # a night that failed is tried again
            report(stage, failed, console)
            if not options.once:
                _stay(stage, console)
    return PORTAL_FAILED if failed else 0


def _night(stage: Stage, options: DemoOptions, console: Console) -> list[DagRun]:
    """Trigger the portals' DAGs and show progress until all is over; returns what failed."""
    client = stage.client
    wait_for_dags(client, stage.processes, options.dags)
    portals = options.portals or tuple(sorted(client.dag_ids(PORTAL_TAG)))
    for pool in sorted({pool for dag_id in (*portals, *options.followers) for pool in client.pools_used(dag_id)}):
        if pool != "default_pool":
            client.set_pool(pool, options.pools.get(pool, DEFAULT_SLOTS))
    stage.since = datetime.now(UTC)
    count = partial(batches, stage.database, stage.since)
    watch = Watch(client, [client.trigger(dag_id) for dag_id in portals], options.followers, count)
    return _watched(stage, watch, options, console)


def _afterwards(stage: Stage, options: DemoOptions, console: Console) -> list[DagRun]:
    """Where these DAGs are: tell the portals, then compare with them; returns what failed."""
    failed: list[DagRun] = []
    there = stage.client.dag_ids()
    if TELLING in there:
        open_targets(stage.settings.extra)
    for dag_id in (TELLING, COMPARING):
        if dag_id in there and not failed:
            followers = options.followers if dag_id == COMPARING else ()
            watch = Watch(stage.client, [stage.client.trigger(dag_id)], followers, list)
            failed = _watched(stage, watch, options, console)
    return failed


def _watched(stage: Stage, watch: Watch, options: DemoOptions, console: Console) -> list[DagRun]:
    """Show progress until all is over; returns what failed. Raises ServiceError after `options.seconds`."""
    processes = stage.processes
    with Progress(console) as progress:

        def _over() -> bool:
            processes.check()
            ended = watch.is_over()
            progress.show(watch.rows())
            return ended

        if not processes.patience.until(_over, options.seconds, pause=0.4):
            raise ServiceError(
                f"the night is not over after {options.seconds:.0f} s", stage.client.address, "look at Airflow"
            )
    return watch.failed()


def _stay(stage: Stage, console: Console) -> None:
    """Serve until Ctrl-C, which is the ordinary end now. Raises ServiceError when a service dies."""
    console.print("Everything stays up until Ctrl-C (nhấn Ctrl-C để dừng).")
    try:
        while True:
            stage.processes.check()
            stage.processes.patience.until(lambda: None, seconds=1.0, pause=0.5)
    except Interrupted:
        console.print("Ending (đang dừng) …")
