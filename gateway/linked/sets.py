"""The shared sets as a DCAT-AP 3.0.1 catalogue: what there is, how it is got, by whom, how fresh."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, XSD

from gateway.linked.words import ADMS, AUTHORITY, MEDIA, SPDX, VCARD, VIETNAMESE, Words, en, vi
from gateway.publish.contract import Contract
from gateway.publish.files import version_time
from gateway.publish.keeping import versions

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
        (DCAT.contactPoint, _contact(graph, words, contract)),
        (DCAT.landingPage, _page(graph, words, contract)),
        (DCTERMS.language, VIETNAMESE),
        (DCTERMS.modified, made),
        (DCTERMS.accrualPeriodicity, AUTHORITY["frequency/DAILY"]),
        (DCTERMS.accessRights, AUTHORITY[RIGHTS[contract.is_open]]),
        (VERSION, Literal(version)),
        (ADMS.versionNotes, en(f"by contract version {contract.version}")),
    ):
        graph.add((node, verb, value))
    for verb, text in ((DCTERMS.title, en(contract.title_en)), (DCTERMS.description, vi(contract.purpose_vi))):
        if text:  # a contract of before these were asked for has none
            graph.add((node, verb, text))
    if contract.retention is None:  # else the first version may be gone
        graph.add((node, DCTERMS.issued, Literal(version_time(min(versions(latest.parent))))))
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


def _contact(graph: Graph, words: Words, contract: Contract) -> URIRef:
    """Whom to ask: the team, by way of the catalogue's page; a contract knows nobody's address."""
    node = words.node("contacts", contract.owner)
    for kind in (VCARD.Organization, VCARD.Kind):
        graph.add((node, RDF.type, kind))
    graph.add((node, VCARD.fn, vi(contract.team)))
    graph.add((node, VCARD.hasURL, URIRef(f"{words.base}/")))
    return node


def _page(graph: Graph, words: Words, contract: Contract) -> URIRef:
    """The set's page, for people."""
    node = words.node("sets", contract.name)
    graph.add((node, RDF.type, FOAF.Document))
    return node


def _rights(graph: Graph, words: Words, contract: Contract) -> URIRef:
    """By which law it is shared. There is no licence to name: what is shared by law has none."""
    node, laws = URIRef(f"{words.node('v1', 'sets', contract.name)}#rights"), "; ".join(contract.legal_basis)
    graph.add((node, RDF.type, DCTERMS.RightsStatement))
    graph.add((node, RDFS.label, vi(f"Chia sẻ theo {laws}")))
    return node


def _distribution(graph: Graph, words: Words, contract: Contract, version: str, file: dict[str, Any]) -> URIRef:
    node = words.node("v1", "sets", contract.name, "versions", version, "files", file["path"])
    kind, media = FORMATS[Path(file["path"]).suffix]
    checksum = URIRef(f"{node}#checksum")
    for subject, verb, value in (
        (node, RDF.type, DCAT.Distribution),
        (node, DCTERMS.title, en(file["path"])),
        (node, DCAT.accessURL, words.node("v1", "sets", contract.name)),
        (node, DCAT.downloadURL, node),
        (node, DCTERMS.issued, Literal(version_time(version))),
        (node, DCTERMS.rights, _rights(graph, words, contract)),
        (node, DCTERMS.format, AUTHORITY[f"file-type/{kind}"]),
        (node, DCAT.mediaType, MEDIA[media]),
        (node, DCAT.byteSize, Literal(file["bytes"], datatype=XSD.nonNegativeInteger)),
        (node, SPDX.checksum, checksum),
        (checksum, RDF.type, SPDX.Checksum),
        (checksum, SPDX.algorithm, SHA256),
        (checksum, SPDX.checksumValue, Literal(file["hash"].removeprefix("sha256:"), datatype=XSD.hexBinary)),
        (SHA256, RDF.type, SPDX.ChecksumAlgorithm),
        (AUTHORITY[f"file-type/{kind}"], RDF.type, DCTERMS.MediaTypeOrExtent),
        (AUTHORITY[f"file-type/{kind}"], RDF.type, DCTERMS.IMT),  # for CKAN, which names a format by no other label
        (AUTHORITY[f"file-type/{kind}"], RDF.value, Literal(media)),
        (AUTHORITY[f"file-type/{kind}"], RDFS.label, Literal(kind)),
        (MEDIA[media], RDF.type, DCTERMS.MediaType),
    ):
        graph.add((subject, verb, value))
    return node
