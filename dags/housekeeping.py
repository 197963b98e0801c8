"""Nightly cleaning: what crashed runs left behind, and what has been kept long enough."""

from airflow.sdk import dag

from gateway.airflow import at_night, retain, sweep

DOC = """
### Dọn dẹp · housekeeping

Marks runs as interrupted that a crash left open, and removes landed objects that no manifest row names.
Erases what was kept longer than `mappings/personal/register.yaml` says: landed bytes with their keys, refused values, what was
sent, applicants of finished dossiers. `gateway retention --dry-run` counts, `gateway audit list` shows what went.
"""


@dag(
    schedule=at_night("0 6 * * *"),
    catchup=False,
    max_active_runs=1,
    tags=["housekeeping"],
    doc_md=DOC,
    default_args={"owner": "gateway"},
)
def housekeeping() -> None:
    """Two tasks, sweep and retain; neither waits for the other, and a run is good when both were."""
    sweep()
    retain()


housekeeping()
