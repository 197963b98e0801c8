"""The shared sets as a DCAT-AP 3.0.1 catalogue: what there is, how it is got, by whom, how fresh."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, XSD

from gateway.linked.words import ADMS, AUTHORITY, MEDIA, SPDX, VIETNAMESE, Words, en, vi
from gateway.publish.contract import Contract
from gateway.publish.files import version_time

FORMATS = {
    ".csv": ("CSV", "text/csv"),
    ".jsonl": ("JSON", "application/x-ndjson"),
    ".parquet": ("PARQUET", "application/vnd.apache.parquet"),
    ".xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
RIGHTS = {True: "access-right/PUBLIC", False: "access-right/RESTRICTED"}
VERSION = URIRef(f"{DCAT}version")
"""Of DCAT 3, which the library's list of its terms does not have yet."""

SHA256 = SPDX.checksumAlgorithm_sha256


def catalogue(words: Words, contracts: Iterable[Contract], root: Path) -> Graph:
    """The sets, each with the files of its last version below `root`. contracts: those that these versions were made by."""
    graph, home = words.graph(), words.node("catalogue")
    graph.add((home, RDF.type, DCAT.Catalog))
    graph.add((home, DCTERMS.title, vi("Danh mục dữ liệu dùng chung")))
    graph.add((home, DCTERMS.title, en("Catalogue of shared data sets")))
    graph.add((home, DCTERMS.description, vi("Các bộ dữ liệu dùng chung về thủ tục hành chính và hồ sơ.")))
    graph.add((home, DCTERMS.description, en("Shared data sets on administrative procedures and dossiers.")))
    graph.add((home, DCTERMS.language, VIETNAMESE))
    for contract in contracts:
        graph.add((home, DCAT.dataset, _dataset(graph, words, contract, root / contract.name / "latest")))
        graph.set((home, DCTERMS.publisher, publisher(graph, words, contract)))
    return graph


def publisher(graph: Graph, words: Words, contract: Contract) -> URIRef:
    """The agency that answers for a set."""
    node = words.node("publishers", contract.owner)
    graph.add((node, RDF.type, FOAF.Agent))
    graph.add((node, FOAF.name, vi(contract.team)))
    graph.add((node, DCTERMS.title, vi(contract.team)))
    graph.add((node, DCTERMS.identifier, Literal(contract.owner)))
    return node


def _dataset(graph: Graph, words: Words, contract: Contract, latest: Path) -> URIRef:
    node, version = words.node("v1", "sets", contract.name), latest.resolve().name
    made = Literal(version_time(version))
    for verb, value in (
        (RDF.type, DCAT.Dataset),
        (DCTERMS.identifier, Literal(contract.name)),
        (DCTERMS.title, vi(contract.title)),
        (DCTERMS.description, en(contract.purpose)),
        (DCTERMS.publisher, publisher(graph, words, contract)),
        (DCTERMS.language, VIETNAMESE),
        (DCTERMS.modified, made),
        (DCTERMS.accrualPeriodicity, AUTHORITY["frequency/DAILY"]),
        (DCTERMS.accessRights, AUTHORITY[RIGHTS[contract.is_open]]),
        (VERSION, Literal(version)),
        (ADMS.versionNotes, en(f"by contract version {contract.version}")),
    ):
        graph.add((node, verb, value))
    for right in (AUTHORITY[each] for each in RIGHTS.values()):
        graph.add((right, RDF.type, DCTERMS.RightsStatement))
    graph.add((AUTHORITY["frequency/DAILY"], RDF.type, DCTERMS.Frequency))
    for file in _files(contract, latest):
        if Path(file["path"]).suffix in FORMATS and ".changes." not in file["path"]:
            graph.add((node, DCAT.distribution, _distribution(graph, words, contract, version, file)))
    return node


def _files(contract: Contract, latest: Path) -> list[dict[str, Any]]:
    """What a version's Data Package lists; nothing of a set whose rows are in no file."""
    if contract.is_guarded:
        return []
    listed: list[dict[str, Any]] = json.loads((latest / "datapackage.json").read_text("utf-8"))["resources"]
    return listed


def _distribution(graph: Graph, words: Words, contract: Contract, version: str, file: dict[str, Any]) -> URIRef:
    node = words.node("v1", "sets", contract.name, "versions", version, "files", file["path"])
    kind, media = FORMATS[Path(file["path"]).suffix]
    checksum = URIRef(f"{node}#checksum")
    for subject, verb, value in (
        (node, RDF.type, DCAT.Distribution),
        (node, DCTERMS.title, en(file["path"])),
        (node, DCAT.accessURL, words.node("v1", "sets", contract.name)),
        (node, DCAT.downloadURL, node),
        (node, DCTERMS.format, AUTHORITY[f"file-type/{kind}"]),
        (node, DCAT.mediaType, MEDIA[media]),
        (node, DCAT.byteSize, Literal(file["bytes"], datatype=XSD.nonNegativeInteger)),
        (node, SPDX.checksum, checksum),
        (checksum, RDF.type, SPDX.Checksum),
        (checksum, SPDX.algorithm, SHA256),
        (checksum, SPDX.checksumValue, Literal(file["hash"].removeprefix("sha256:"), datatype=XSD.hexBinary)),
        (SHA256, RDF.type, SPDX.ChecksumAlgorithm),
        (AUTHORITY[f"file-type/{kind}"], RDF.type, DCTERMS.MediaTypeOrExtent),
        (MEDIA[media], RDF.type, DCTERMS.MediaType),
    ):
        graph.add((subject, verb, value))
    return node
