"""lineage.jsonld beside the files of a version: from what, by what and when it was made (nguồn gốc dữ liệu), in W3C PROV-O.

Every node has a name below `x-gateway:`, which is nowhere on a network: a version is known by its set and its name, a batch and a
run by their numbers in `ops`. Nothing here names a person, a connection or a record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from gateway.errors import ConfigError
from gateway.publish.contract import Contract
from gateway.publish.files import sha256, version_time
from gateway.publish.origins import Origins
from gateway.runs import code_version

FILE = "lineage.jsonld"

Node = dict[str, Any]
"""A thing, an act or somebody of the graph, as JSON-LD."""

CONTEXT: Node = {
    "prov": "http://www.w3.org/ns/prov#",
    "dcterms": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "gateway": "x-gateway:term/",
    **{
        f"prov:{name}": {"@type": "@id"}
        for name in (
            "used",
            "wasAssociatedWith",
            "wasAttributedTo",
            "wasDerivedFrom",
            "wasGeneratedBy",
            "wasRevisionOf",
        )
    },
    **{f"prov:{name}": {"@type": "xsd:dateTime"} for name in ("generatedAtTime", "startedAtTime", "endedAtTime")},
}

TOLD = (
    *("portal", "stream", "mode", "state", "mapping_sha256", "page_count", "read_count", "new_count", "changed_count"),
    *("unchanged_count", "quarantined_count", "batch_count", "first_batch_id", "last_batch_id", "started_at"),
    *("last_started_at", "kind", "issuer", "as_of", "file_sha256", "row_count"),
)
"""What a node says of its row, each as the property of that name in our own vocabulary; started_at of a batch: when it was fetched."""


def write_lineage(folder: Path, contract: Contract, version: str, origins: Origins, revised: str | None) -> None:
    """Write the file into the folder of a version that is about to be published. revised: the version before it, if any."""
    text = json.dumps(lineage(folder, contract, version, origins, revised), ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", "utf-8")


def lineage(folder: Path, contract: Contract, version: str, origins: Origins, revised: str | None) -> Node:
    """The graph: the version first, then how it was made, then what it comes from."""
    # How many records were read, less the counts that a set tells, would tell those that it leaves out.
    told = [name for name in TOLD if not (contract.small_cells and name.endswith("_count"))]
    sources = [*_batches(origins, told), *(_list(row, told) for row in origins.lists)]
    made_from = [_name("contract", contract.name, contract.version), *(each["@id"] for each in sources)]
    graph = [*_made(folder, contract, version, made_from), *sources, *_runs(origins), *_agents(origins)]
    if revised is not None:
        before = _name("set", contract.name, revised)
        graph[0]["prov:wasRevisionOf"] = before
        graph.append({"@id": before, "@type": "prov:Entity", "dcterms:identifier": revised})
    return {"@context": CONTEXT, "@graph": graph}


def read_lineage(root: Path, dataset: str, version: str) -> Node:
    """What a version (or `latest`) says it was made from. Raises ConfigError where there is none."""
    path = root / dataset / version / FILE
    if not path.is_file():
        do = "see which versions lie beside it; those made before lineage was kept have none"
        raise ConfigError(f"{dataset} {version} has no {FILE}", where=str(path.parent), do=do)
    found: Node = json.loads(path.read_text("utf-8"))
    return found


def _made(folder: Path, contract: Contract, version: str, made_from: list[str]) -> Iterator[Node]:
    """The version, the act of publishing, and the contract it was made by."""
    act = _name("publishing", contract.name, version)
    at = _plain(version_time(version))
    rows = folder / f"{contract.name}.jsonl"
    yield {
        "@id": _name("set", contract.name, version),
        "@type": "prov:Entity",
        "dcterms:title": contract.title,
        "dcterms:identifier": version,
        # Of rows that are in no file a hash would let one try whether a person is in them.
        **({} if contract.is_guarded else {"gateway:rows_sha256": sha256(rows)}),
        "prov:generatedAtTime": at,
        "prov:wasGeneratedBy": act,
        "prov:wasDerivedFrom": made_from,
    }
    code = {"prov:used": made_from, "prov:wasAssociatedWith": _code(code_version())}
    yield {"@id": act, "@type": "prov:Activity", "prov:endedAtTime": at, **code}
    yield {
        "@id": made_from[0],
        "@type": ["prov:Entity", "prov:Plan"],
        "dcterms:identifier": contract.version,
        "gateway:file_sha256": sha256(contract.path),
    }


def _batches(origins: Origins, told: Sequence[str]) -> Iterator[Node]:
    """The batches that are named singly, each with the one it reads again; and those before them, as one collection a stream."""
    collections = {(row.portal, row.stream): _name("batches", row.portal, row.stream) for row in origins.earlier}
    single = {row.batch_id for row in origins.batches}
    for row in origins.batches:
        node = _thing(_name("batch", row.batch_id), row, told) | {"prov:wasGeneratedBy": _name("run", row.run_id)}
        node["prov:wasAttributedTo"] = _name("portal", row.portal)
        if row.source_batch_id is not None:
            is_single = row.source_batch_id in single
            again = _name("batch", row.source_batch_id) if is_single else collections[row.portal, row.stream]
            node["prov:wasDerivedFrom"] = again
        yield node
    for row in origins.earlier:
        node = _thing(collections[row.portal, row.stream], row, told)
        yield node | {"@type": "prov:Collection", "prov:wasAttributedTo": _name("portal", row.portal)}


def _list(row: Row[Any], told: Sequence[str]) -> Node:
    return _thing(_name("list", row.snapshot_id), row, told) | {"prov:generatedAtTime": _plain(row.loaded_at)}


def _runs(origins: Origins) -> Iterator[Node]:
    for row in {row.run_id: row for row in origins.batches}.values():
        times = {"prov:startedAtTime": row.run_started_at, "prov:endedAtTime": row.run_finished_at}
        yield {
            "@id": _name("run", row.run_id),
            "@type": "prov:Activity",
            "gateway:kind": row.run_kind,
            **_filled(times),
            "prov:wasAssociatedWith": _code(row.gateway_version),
        }


def _agents(origins: Origins) -> Iterator[Node]:
    """Whose data it is, and the code that made it ours."""
    for portal in sorted({row.portal for row in (*origins.batches, *origins.earlier)}):
        yield {"@id": _name("portal", portal), "@type": ["prov:Agent", "prov:Organization"], "dcterms:title": portal}
    for version in sorted({code_version(), *(row.gateway_version for row in origins.batches)}):
        yield {"@id": _code(version), "@type": ["prov:Agent", "prov:SoftwareAgent"], "dcterms:identifier": version}


def _thing(name: str, row: Row[Any], told: Sequence[str]) -> Node:
    said: Mapping[str, Any] = row._asdict()
    return {
        "@id": name,
        "@type": "prov:Entity",
        **_filled({f"gateway:{each}": said[each] for each in told if each in said}),
    }


def _filled(values: Mapping[str, Any]) -> Node:
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _name(kind: str, *parts: object) -> str:
    return f"x-gateway:{kind}/{'/'.join(map(str, parts))}"


def _code(version: str) -> str:
    return _name("code", version)
