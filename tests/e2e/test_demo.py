"""`make demo ONCE=1`, as a newcomer types it: two nights through real Airflow, both ways, and nothing left running."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import psutil
import pytest
import yaml
from sqlalchemy import text

from gateway.demo.embedded_postgres import EmbeddedPostgres
from gateway.store.database import connect

REPOSITORY = Path(__file__).resolve().parents[2]
STREAMS = {
    (path.parent.name, path.stem)
    for path in (REPOSITORY / "mappings").glob("*/*.yaml")
    if path.stem != "portal" and (path.parent / "portal.yaml").exists()
}
WITHOUT_CODES = {("xroad", "agencies"), ("files", "agencies")}
"""Lists with agencies that have no code: these wait for a person."""

EMPTY = {("units", "districts")}
"""There are no districts since 1 July 2025."""


def make_demo(state, *, dossiers, **variables):
    """One demo, with its state kept apart from the developer's own."""
    command = ["make", "--no-print-directory", "demo", "ONCE=1", f"DOSSIERS={dossiers}", f"STATE={state}"]
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


def counts(output):
    """The summary table's rows: (portal, stream) → read, new, changed, unchanged, quarantined."""
    rows = re.findall(r"^ *([\w-]+) +(\w+)((?: +[\d,]+){5}) +[\d.]+ *$", output, re.MULTILINE)
    return {(portal, stream): [int(n.replace(",", "")) for n in numbers.split()] for portal, stream, numbers in rows}


def told(output):
    """What the portals were told: target → accepted, held, rejected, unknown, waiting."""
    section = output.partition("Portals told")[2].partition("Both sides")[0]
    rows = re.findall(r"^ *([\w-]+/\w+)((?: +[\d,]+){5}) *$", section, re.MULTILINE)
    return {target: [int(n.replace(",", "")) for n in numbers.split()] for target, numbers in rows}


def compared(output):
    """How both sides compare: pair → (ours, theirs, equal), and the causes of what differs."""
    section = output.partition("Both sides compared")[2]
    rows = re.findall(r"^ *([\w-]+/\w+)((?: +[\d,]+){3}) +(.*?) *$", section, re.MULTILINE)
    return {
        pair: ([int(n.replace(",", "")) for n in numbers.split()], set(re.findall(r"[a-z][a-z ]*[a-z]", causes)))
        for pair, numbers, causes in rows
    }


def alive(state):
    """Processes, other than zombies, that name the demo's state folder in their command or environment."""
    found = []
    for process in psutil.process_iter(["pid", "status", "cmdline"]):
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            named = " ".join(process.cmdline()) + " ".join(process.environ().values())
        except psutil.Error:
            continue
        if str(state) in named and process.pid != os.getpid():
            found.append(process.cmdline())
    return found


def check_both_ways(output):
    """All that can go has arrived, and what both sides hold differs in nothing but what is held, and is listed as that."""
    for target, (_, _, rejected, unknown, _) in told(output).items():
        assert (rejected, unknown) == (0, 0), target
    [accepted, held, *_] = told(output)["national/dossiers"]
    assert accepted > 0
    assert held > 0, "some procedures have no national code yet"
    [ours, theirs, equal], causes = compared(output)["national/dossiers"]
    assert theirs == equal > 0
    assert ours > theirs
    assert causes == {"held"}


def ends(events, kind):
    """job → its data sets, each with its version, of all events of a kind (START or COMPLETE)."""
    found = {}
    for event in events:
        if event["eventType"] == kind:
            sides = found.setdefault(event["job"]["name"], ({}, {}))
            for side, name in zip(sides, ("inputs", "outputs"), strict=True):
                for each in event[name]:
                    version = each["facets"].get("version", {}).get("datasetVersion")
                    side.setdefault(f"{each['namespace']}/{each['name']}", version)
    return found


def check_lineage(file, datasets):
    """OpenLineage was told of each run, from portal to set, of each new version by its name, and of nobody's dossier."""
    text = file.read_text("utf-8")
    events = [json.loads(line) for line in text.splitlines()]
    begun, done = (ends(events, kind) for kind in ("START", "COMPLETE"))
    assert done.keys() <= begun.keys()
    portals = {portal for portal, _ in STREAMS}
    for portal in portals:
        ways = [f"x-gateway/{part}/{portal}" for part in ("portal", "landing", "core")]
        assert [*map(set, done[f"sync_{portal}.fetch"])] == [{ways[0]}, {ways[1]}]
        assert [*map(set, done[f"sync_{portal}.load"])] == [{ways[1]}, {ways[2]}]
    read, written = done["publish_datasets.publish"]
    assert set(read) == {*(f"x-gateway/core/{portal}" for portal in portals), "x-gateway/ops/differences"}
    published = {path.name: {each.name for each in path.iterdir()} for path in datasets.iterdir()}
    assert written.keys() == {f"x-gateway/set/{name}" for name in published}
    assert all(written[f"x-gateway/set/{name}"] in versions for name, versions in published.items())
    rows = (datasets / "dossier_status" / "latest" / "dossier_status.jsonl").read_text("utf-8").splitlines()
    people = yaml.safe_load((REPOSITORY / "sandbox" / "data" / "people.yaml").read_text("utf-8"))
    names = [f"{family} {middle}" for family in people["family"] for middle in people["middle"]]
    plain = json.dumps(events, ensure_ascii=False)
    assert [each for each in (*names, *(json.loads(row)["dossier_code"] for row in rows)) if each in plain] == []


KEPT = """
    select format('select t::text from %I.%I as t', table_schema, table_name) from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema = 'public'"""


def check_airflow_names_nobody(state):
    """No applicant's number, phone or name in XCom, rendered fields or any other table of Airflow's, nor in a log."""
    with EmbeddedPostgres(state / "postgres") as postgres:
        held = {name: connect(postgres.url(name)) for name in ("gateway", "airflow")}
        with held["gateway"].connect() as ours, held["airflow"].connect() as theirs:
            people = ours.exec_driver_sql(
                "select applicant_name, applicant_identity, applicant_phone from core.dossier"
            )
            values = {value for row in people for value in row if value and len(value) > 8}
            queries = theirs.execute(text(KEPT)).scalars().all()
            kept = [row for query in queries for row in theirs.execute(text(query)).scalars()]
        for engine in held.values():
            engine.dispose()
    kept += [path.read_text("utf-8", "replace") for path in state.rglob("*.log")]
    assert len(values) > 500
    assert any("sync_province" in each for each in kept)
    assert not [value for value in values if any(value in each for each in kept)]


@pytest.mark.e2e
@pytest.mark.skipif(shutil.which("make") is None, reason="needs make: apt-get install make")
def test_two_nights(tmp_path):
    state = tmp_path / "demo"
    told_of = tmp_path / "events.jsonl"
    transport = {"TYPE": "file", "LOG_FILE_PATH": str(told_of), "APPEND": "true"}
    listening = {f"OPENLINEAGE__TRANSPORT__{name}": value for name, value in transport.items()}
    first = make_demo(state, dossiers=400, **listening)
    assert first.returncode == 0, first.stdout[-3000:] + first.stderr[-3000:]
    table = counts(first.stdout)
    assert set(table) == STREAMS
    for stream, (read, new, changed, unchanged, bad) in table.items():
        assert read == new + changed + unchanged + bad, stream
        assert (bad > 0) == (stream in WITHOUT_CODES), stream
        assert (read > 0) == (stream not in EMPTY), stream
    assert all(
        table["province", stream][:2] == [table["province", stream][0]] * 2 for stream in ("agencies", "dossiers")
    )
    assert table["province", "dossiers"][0] == 400
    check_both_ways(first.stdout)
    assert "Airflow: http://127.0.0.1:" in first.stdout
    assert "Data sets for their readers (xem, tìm, tải): http://127.0.0.1:" in first.stdout
    assert alive(state) == []

    for dataset, rows in (("dossier_status", 400), ("procedure_catalogue", table["national", "procedure_list"][0])):
        latest = state / "datasets" / dataset / "latest"
        package = json.loads((latest / "datapackage.json").read_text("utf-8"))
        assert package["resources"][0]["rows"] == rows
        assert len((latest / f"{dataset}.jsonl").read_text("utf-8").splitlines()) == rows

    differences = (state / "datasets" / "discrepancy" / "latest" / "discrepancy.jsonl").read_text("utf-8")
    assert '"cause":"held"' in differences, "what was compared in this night is published in it"

    check_lineage(told_of, state / "datasets")
    check_airflow_names_nobody(state)
    told_of.unlink()

    second = make_demo(state, dossiers=400)
    assert second.returncode == 0, second.stdout[-3000:] + second.stderr[-3000:]
    table = counts(second.stdout)
    for read, new, changed, unchanged, quarantined in table.values():
        assert read == new + changed + unchanged + quarantined
    check_both_ways(second.stdout)
    read, new, changed, *_ = table["province", "dossiers"]
    assert 0 < new + changed < read / 2
    assert not told_of.exists(), "OpenLineage is told only where somebody listens"
    assert alive(state) == []
