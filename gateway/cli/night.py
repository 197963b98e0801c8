"""Verbs that run other programs: demo (a whole night on this machine) and sandbox (simulated portals)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command()(demo)
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(sandbox)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the summary instead of staying until Ctrl-C.")
    ] = False,
    catalogue: Annotated[Path | None, typer.Option(help="A real procedure catalogue (CSV) to serve.")] = None,
    dossiers: Annotated[int | None, typer.Option(min=0, help="How many dossiers to simulate.")] = None,
    procedures: Annotated[int | None, typer.Option(min=1, help="How many procedures to simulate.")] = None,
) -> int:
    """One night of sync through real Airflow against simulated portals. Example: gateway demo --once"""
    from gateway.demo.night import run_demo
    from gateway.demo.options import DemoOptions

    return run_demo(DemoOptions(once=once, catalogue=catalogue, dossiers=dossiers, procedures=procedures))


def sandbox(context: typer.Context) -> int:
    """Simulated portals until Ctrl-C; options are those of python -m sandbox. Example: gateway sandbox --dossiers 500"""
    import subprocess
    import sys

    return subprocess.call([sys.executable, "-m", "sandbox", *context.args])
