"""The DAG files: all there, thin, cheap to parse, and wired to the error taxonomy. (A run under a real scheduler is in tests/e2e.)"""

import ast
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DAG_FILES = sorted((REPOSITORY / "dags").glob("*.py"))
PORTALS = sorted(path.parent.name for path in (REPOSITORY / "mappings").glob("*/portal.yaml"))

# A DAG bag is read in a process of its own: importing airflow sets up logging and settings for the whole process.
READ_BAG = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
heavy = [name for name in ("openlineage.client", "openlineage.common", "zeep", "sqlalchemy.dialects.postgresql.psycopg", "psycopg", "lxml", "pyarrow", "gateway.store.core")
         if name in sys.modules and name not in BEFORE]
print(json.dumps({
    "errors": bag.import_errors,
    "heavy": heavy,
    "dags": {dag_id: {
        "tags": sorted(dag.tags), "doc": dag.doc_md or "", "max_active_runs": dag.max_active_runs, "catchup": dag.catchup,
        "schedule": type(dag.timetable).__name__,
        "tasks": {task.task_id: {"pool": task.pool, "retries": task.retries, "owner": task.owner,
                                 "policy": type(getattr(task, "retry_policy", None)).__name__,
                                 "inlets": [inlet.uri for inlet in task.inlets],
                                 "outlets": [getattr(outlet, "uri", outlet.name) for outlet in task.outlets],
                                 "type": task.task_type, "mapped": task.is_mapped,
                                 "upstream": sorted(task.upstream_task_ids)} for task in dag.tasks},
    } for dag_id, dag in bag.dags.items()},
}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    home = tmp_path_factory.mktemp("airflow")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    settings = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "PYTHONPATH": str(REPOSITORY),
    }
    program = "import sys, airflow.dag_processing.dagbag\nBEFORE = set(sys.modules)\n" + READ_BAG
    done = subprocess.run(
        [sys.executable, "-c", program, str(REPOSITORY / "dags")],
        env={**kept, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_the_bag_holds_one_dag_for_each_portal_and_nothing_unknown(bag):
    assert bag["errors"] == {}
    assert PORTALS, "no portal folder was found, so this test would prove nothing"
    assert sorted(bag["dags"]) == sorted(
        [f"sync_{name}" for name in PORTALS]
        + ["publish_datasets", "housekeeping", "approve_retirements", "deliver", "reconcile"]
    )


def test_parsing_loads_no_heavy_library(bag):
    assert bag["heavy"] == []


@pytest.mark.parametrize("portal", PORTALS)
def test_a_portal_dag_is_polite_documented_and_hands_on_its_asset(bag, portal):
    dag = bag["dags"][f"sync_{portal}"]
    assert {"portal", portal} <= set(dag["tags"])
    assert f"gateway quarantine list {portal}" in dag["doc"]
    assert (dag["max_active_runs"], dag["catchup"], dag["schedule"]) == (1, False, "CronTriggerTimetable")
    assert sorted(dag["tasks"]) == ["fetch", "load"]
    assert dag["tasks"]["load"]["upstream"] == ["fetch"]
    landed = f"x-gateway://landing/{portal}"
    assert (dag["tasks"]["fetch"]["inlets"], dag["tasks"]["fetch"]["outlets"]) == (
        [f"x-gateway://portal/{portal}"],
        [landed],
    )
    assert dag["tasks"]["load"]["inlets"] == [landed]
    assert dag["tasks"]["load"]["outlets"] == [f"x-gateway://core/{portal}", "gateway_news"]
    assert {task["pool"] for task in dag["tasks"].values()} == {f"portal_{portal}"}


def test_every_task_has_an_owner_and_retries_by_the_error_taxonomy(bag):
    for dag in bag["dags"].values():
        assert dag["doc"].strip()
        for task in dag["tasks"].values():
            assert task["owner"] == "gateway"
            # A delivery is not tried again: it goes on at the next run, in five minutes.
            repeats = (0, "NoneType") if task["upstream"] == ["targets_with_news"] else (3, "ExceptionRetryPolicy")
            assert (task["retries"], task["policy"]) == repeats


def test_the_data_sets_are_published_when_any_portal_was_synchronised_or_compared(bag):
    dag = bag["dags"]["publish_datasets"]
    assert dag["schedule"] == "AssetTriggeredTimetable"
    differences = "x-gateway://ops/differences"
    assert dag["tasks"]["publish"]["inlets"] == [*(f"x-gateway://core/{portal}" for portal in PORTALS), differences]
    assert bag["dags"]["reconcile"]["tasks"]["reconcile"]["outlets"] == [differences]
    assert dag["tasks"]["publish"]["outlets"] == ["gateway_news"]


def test_a_person_is_asked_only_when_a_sync_says_that_something_is_due(bag):
    dag = bag["dags"]["approve_retirements"]
    assert dag["schedule"] == "AssetTriggeredTimetable"
    assert {name: task["upstream"] for name, task in dag["tasks"].items()} == {
        "retirements_due": [],
        "ask_person": ["retirements_due"],
        "heed": ["ask_person", "retirements_due"],
    }
    asking = dag["tasks"]["ask_person"]
    assert (asking["type"], asking["mapped"]) == ("HITLOperator", True)
    assert dag["tasks"]["heed"]["outlets"] == ["gateway_news"]


def test_every_exception_a_retry_rule_names_exists():
    text = (REPOSITORY / "gateway" / "airflow.py").read_text("utf-8")
    names = [
        keyword.value.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RetryRule"
        for keyword in node.keywords
        if keyword.arg == "exception"
    ]
    assert len(names) == 5
    for name in names:
        module, _, error = name.rpartition(".")
        assert issubclass(getattr(import_module(module), error), Exception)


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.name)
def test_a_dag_file_holds_no_logic(path):
    tree = ast.parse(path.read_text("utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert functions
    for node in functions:
        body = [part for part in node.body if not isinstance(part, ast.FunctionDef)]
        assert sum(part.end_lineno - part.lineno + 1 for part in body) <= 10, node.name
    assert "datetime.now" not in path.read_text("utf-8")


def test_an_asset_has_a_name_in_open_lineage():
    from gateway.airflow_provider import open_lineage_dataset, provider_info

    [scheme] = provider_info()["asset-uris"]
    module, _, converter = scheme["to_openlineage_converter"].rpartition(".")
    assert getattr(import_module(module), converter) is open_lineage_dataset
    asset = SimpleNamespace(uri="x-gateway://set/dossier_status", extra={"version": "20261127T213819Z-e1de6840"})
    told = open_lineage_dataset(asset, None)
    assert (told.namespace, told.name) == (*scheme["schemes"], "set/dossier_status")
    assert told.facets["version"].datasetVersion == "20261127T213819Z-e1de6840"
    assert open_lineage_dataset(SimpleNamespace(uri="x-gateway://core/national", extra={}), None).facets == {}
