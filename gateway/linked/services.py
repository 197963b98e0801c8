"""The procedures as CPSV-AP 3.2 public services, from the published sets of the catalogue and its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, SKOS

from gateway.linked.parts import PARTS, Service
from gateway.linked.words import ADMS, AUTHORITY, CPSV, CV, VIETNAM, VIETNAMESE, Words, vi
from gateway.publish.files import Record, records_of

NO_DESCRIPTION = "Cổng Dịch vụ công quốc gia không có phần mô tả riêng cho thủ tục này."
"""CPSV-AP asks for a description; where the portal has none, that is what can be said."""

SETS = ("procedure_catalogue", *(f"procedure_{part}" for part in PARTS))
"""What the services are made of."""

Parts = Mapping[str, list[Record]]


def services(words: Words, root: Path) -> Graph:
    """All procedures in force, also those of which the portal tells no more than code and name."""
    graph = words.graph()
    _fixed(graph, words)
    home = words.node("v1", "sets", "procedure_catalogue")
    for listed, parts in _procedures(root):
        graph.add((home, DCTERMS.hasPart, _service(graph, words, listed, parts)))
    return graph


def _fixed(graph: Graph, words: Words) -> None:
    """What every service refers to."""
    for node, kind in ((VIETNAM, DCTERMS.Location), (VIETNAMESE, DCTERMS.LinguisticSystem)):
        graph.add((node, RDF.type, kind))
    in_force = words.node("states", "in-force")
    graph.add((in_force, RDF.type, SKOS.Concept))
    graph.add((in_force, SKOS.prefLabel, vi("Còn hiệu lực")))
    currency = AUTHORITY["currency/VND"]
    graph.add((currency, RDF.type, SKOS.Concept))
    graph.add((currency, SKOS.prefLabel, Literal("VND")))


def _procedures(root: Path) -> Iterator[tuple[Record, Parts]]:
    """Each procedure in force with its parts; all sets stand in the order of their keys, which begin with the code."""
    opened = {part: _Ordered(records_of(root / f"procedure_{part}" / "latest", f"procedure_{part}")) for part in PARTS}
    for listed in records_of(root / "procedure_catalogue" / "latest", "procedure_catalogue"):
        parts = {part: ordered.of(listed["procedure_code"]) for part, ordered in opened.items()}
        if listed["is_in_force"]:
            yield listed, parts


class _Ordered:
    """Rows of a set, taken procedure by procedure."""

    def __init__(self, rows: Iterator[Record]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, code: str) -> list[Record]:
        """The rows of this procedure; those of procedures before it are passed over."""
        found = []
        while self._next is not None and self._next["procedure_code"].encode() <= code.encode():
            if self._next["procedure_code"] == code:
                found.append(self._next)
            self._next = next(self._rows, None)
        return found


def _service(graph: Graph, words: Words, listed: Record, parts: Parts) -> URIRef:
    service = Service(graph, words, listed["procedure_code"])
    said = parts["text"][0] if parts["text"] else {}
    service.say(RDF.type, CPSV.PublicService)
    service.say(DCTERMS.identifier, Literal(service.code))
    service.say(DCTERMS.title, vi(listed["procedure_name"]))
    service.say(DCTERMS.description, vi(said.get("description") or NO_DESCRIPTION))
    service.say(DCTERMS.language, VIETNAMESE)
    service.say(DCTERMS.spatial, VIETNAM)
    service.say(ADMS.status, words.node("states", "in-force"))
    for name in listed["field_names"] or ():
        service.say(CV.sector, service.concept("fields", name))
    for keyword in filter(None, map(str.strip, re.split("[,;]", said.get("keywords") or ""))):
        service.say(DCAT.keyword, vi(keyword))
    for part, tell in PARTS.items():
        tell(service, parts[part])
    return service.node
