"""Nightly, after the syncs: what the portals hold of ours, compared with what they must hold."""

from airflow.sdk import Param, dag

from gateway.airflow import DIFFERENCES, at_night, reconcile, reconciled_pairs

DOC = """
### Đối soát · reconcile

Asks each portal what it holds of our dossiers, lays it beside ours and finds a cause for every difference; the catalogues of procedures
likewise. Differences do not fail the task: `gateway reconcile list`, `gateway reconcile trend`.

* **Send again what is safe:** trigger with *repair* on, or `gateway reconcile --repair`. The next delivery sends it, unless its brakes are on.
* **Right as it is?** `gateway reconcile explain PAIR CODE --note WHY`.
"""


@dag(
    dag_id="reconcile",
    schedule=at_night("30 5 * * *"),
    catchup=False,
    max_active_runs=1,
    tags=["reconcile"],
    doc_md=DOC,
    params={"repair": Param(False, type="boolean", description="Send again what is safe")},
    default_args={"owner": "gateway"},
)
def reconcile_pairs() -> None:
    """Which pairs there are, then each of them."""
    reconcile.override(outlets=[DIFFERENCES]).expand(pair=reconciled_pairs())


reconcile_pairs()
