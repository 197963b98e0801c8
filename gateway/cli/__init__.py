"""The command `gateway`: one verb per thing an integration engineer does. `gateway --help` shows them with examples."""

from __future__ import annotations

import gc
import sys
from io import TextIOWrapper

import typer
from typer._click.exceptions import (
    ClickException,  # typer carries its own click and exports no base class of usage errors
)

from connectors.errors import ExplainedError
from gateway.cli import (
    access,
    audit,
    calendar,
    codes,
    contract,
    crosswalk,
    db,
    deliver,
    integrity,
    keys,
    look,
    mapping,
    match,
    night,
    quarantine,
    reconcile,
    retention,
    retire,
    serve,
    service_levels,
    subject,
    work,
)

INTERRUPTED = 130
ALLOCATIONS = 100_000
"""Containers made between two searches for cycles: mapping makes millions of them and no cycle, so Python's 700 only cost time."""

app = typer.Typer(
    help="Keeps the province's portal, the ministries' portals and the national portal in step. "
    "Exit codes: 0 done; 1 done, but something needs a person; 2 wrong use or configuration; 3 a portal failed; "
    "4 our own store failed; 5 another run holds the lock; 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (work, look, service_levels, integrity, serve, retention, night):
    module.add_to(app)
for name, group in (
    ("quarantine", quarantine),
    ("retire", retire),
    ("deliver", deliver),
    ("reconcile", reconcile),
    ("mapping", mapping),
    ("crosswalk", crosswalk),
    ("codes", codes),
    ("contract", contract),
    ("match", match),
    ("calendar", calendar),
    ("keys", keys),
    ("access", access),
    ("audit", audit),
    ("subject", subject),
    ("db", db),
):
    app.add_typer(group.app, name=name)


def main() -> int:
    """Run the command line; returns the exit code. Every error is one clear line on standard error."""
    _speak_unicode()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
    try:
        code = app(prog_name="gateway", standalone_mode=False)
    except ExplainedError as error:
        print(f"gateway: {error}", file=sys.stderr)
        return error.exit_code
    except ClickException as error:
        _explain(error)
        return error.exit_code
    if code == INTERRUPTED:
        print("gateway: interrupted; what was committed stays, run again to go on", file=sys.stderr)
    return code if isinstance(code, int) else 0


def _explain(error: ClickException) -> None:
    if said := error.format_message():  # empty where nothing was asked for, and the help was shown
        verb = context.command_path if (context := getattr(error, "ctx", None)) else "gateway"
        print(f"gateway: {said} → see: {verb} --help", file=sys.stderr)


def _speak_unicode() -> None:
    """Vietnamese goes into files and pipes whatever the machine's old code page is, on Windows above all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
