"""One DAG per portal, from the folders in mappings/: fetch and land ║ decode, map and upsert."""

from airflow.sdk import Param, dag

from gateway.airflow import NEWS, at_night, fetch, landing_asset, load, portal_asset, portal_cards, source_asset

DOC = """
### {vi}

{en}. Fetches every stream in `mappings/{portal}/`, lands the bytes as received, then maps and upserts them.

* **A task failed?** Its log ends with one line: what, where, what to do. A second run goes on where the first stopped.
* **Records in quarantine?** `gateway quarantine list {portal}`, mend the mapping, `gateway quarantine retry {portal} STREAM`.
* **Read everything again:** trigger with *full* on.
"""


def sync_dag(card: dict) -> None:
    """The DAG of one portal."""
    portal = card["portal"]

    @dag(
        dag_id=f"sync_{portal}",
        schedule=at_night(card["schedule"]),
        catchup=False,
        max_active_runs=1,
        tags=["portal", portal],
        doc_md=DOC.format(portal=portal, **card["name"]),
        params={"full": Param(False, type="boolean", description="Read everything, not only what changed")},
        default_args={"owner": "gateway", "pool": f"portal_{portal}"},
    )
    def sync() -> None:
        """Fetch, then load."""
        fetched = fetch.override(inlets=[source_asset(portal)], outlets=[landing_asset(portal)])(portal)
        loaded = load.override(inlets=[landing_asset(portal)], outlets=[portal_asset(portal), NEWS])(portal)
        fetched >> loaded

    sync()


for each in portal_cards():
    sync_dag(each)
