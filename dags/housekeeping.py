"""Nightly cleaning: what crashed runs left behind."""

from airflow.sdk import dag

from gateway.airflow import at_night, sweep

DOC = """
### Dọn dẹp · housekeeping

Marks runs as interrupted that a crash left open, and removes landed objects that no manifest row names.
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
    """One task: sweep."""
    sweep()


housekeeping()
