"""Writes the shared data sets when the portals they are made of have been synchronised."""

from airflow.sdk import AssetAny, dag

from gateway.airflow import NEWS, portal_asset, portal_cards, publish

PORTALS = [portal_asset(card["portal"]) for card in portal_cards()]

DOC = """
### Công bố dữ liệu dùng chung · publish shared data sets

Runs after any portal's sync. Each set in `schemas/datasets/` becomes a new version only if its rows changed; `latest`
is switched when the version is whole and on disk, and the set's asset (`set_…`) is renewed, so that a DAG of an agency's own can wait for it.
"""


@dag(
    schedule=AssetAny(*PORTALS),
    catchup=False,
    max_active_runs=1,
    tags=["publish"],
    doc_md=DOC,
    default_args={"owner": "gateway"},
)
def publish_datasets() -> None:
    """One task: publish."""
    publish.override(inlets=PORTALS, outlets=[NEWS])()


publish_datasets()
