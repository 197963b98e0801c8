"""Writes the shared data sets when the portals they are made of have been synchronised, or compared with us."""

from airflow.sdk import AssetAny, dag

from gateway.airflow import DIFFERENCES, NEWS, portal_asset, portal_cards, publish

SOURCES = [*(portal_asset(card["portal"]) for card in portal_cards()), DIFFERENCES]

DOC = """
### Công bố dữ liệu dùng chung · publish shared data sets

Runs after any portal's sync, and after each comparison with a portal. Each set in `schemas/datasets/` becomes a new version only if its rows changed; `latest`
is switched when the version is whole and on disk, and the set's asset (`set_…`) is renewed, so that a DAG of an agency's own can wait for it.
"""


@dag(
    schedule=AssetAny(*SOURCES),
    catchup=False,
    max_active_runs=1,
    tags=["publish"],
    doc_md=DOC,
    default_args={"owner": "gateway"},
)
def publish_datasets() -> None:
    """One task: publish."""
    publish.override(inlets=SOURCES, outlets=[NEWS])()


publish_datasets()
