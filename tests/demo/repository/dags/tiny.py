"""Two portals' DAGs and the DAG that their assets start."""

from __future__ import annotations

from airflow.sdk import DAG, Asset, dag, task

PORTALS = {name: Asset(name=f"core_{name}", uri=f"x-gateway://core/{name}") for name in ("national", "province")}


def _portal(name: str) -> DAG:
    @dag(dag_id=f"sync_{name}", schedule=None, catchup=False, max_active_runs=1, tags=["portal"])
    def sync() -> None:
        @task(pool=f"portal_{name}", outlets=[PORTALS[name]])
        def fetch() -> None:
            from gateway.work import sync as work

            work(name)

        fetch()

    return sync()


for _name in PORTALS:
    globals()[f"sync_{_name}"] = _portal(_name)


@dag(dag_id="publish_datasets", schedule=PORTALS["national"] | PORTALS["province"], max_active_runs=1)
def publish_datasets() -> None:
    @task
    def publish() -> None:
        from gateway.work import publish as work

        work()

    publish()


publish_datasets()
