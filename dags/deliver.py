"""Every five minutes: what portals must hear of goes to every open target; nothing runs where nothing waits."""

from airflow.sdk import dag

from gateway.airflow import at_night, deliver, targets_with_news

DOC = """
### Chuyển trạng thái đi · deliver

The law wants a step told within ten minutes. One run at a time; it is skipped when nothing waits. A new target is in shadow until a
person opens it: `gateway deliver --dry-run`, `gateway deliver open TARGET`.

* **A task failed?** Its log ends with one line: what, where, what to do. What it did not send goes at the next run.
* **Stop everything at once:** `gateway deliver stop`, or touch the file that `GATEWAY_STOP_FILE` names.
* **What waits, and why:** `gateway deliver status`, `gateway deliver list TARGET`.
"""


@dag(
    dag_id="deliver",
    schedule=at_night("*/5 * * * *"),
    catchup=False,
    max_active_runs=1,
    tags=["deliver"],
    doc_md=DOC,
    default_args={"owner": "gateway"},
)
def deliver_targets() -> None:
    """Which targets have news, then each of them."""
    deliver.expand(target=targets_with_news())


deliver_targets()
