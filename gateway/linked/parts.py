"""The parts of a procedure as CPSV-AP nodes: who, how, how long, for how much, with which papers, to what end, by which law."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, SKOS, XSD

from gateway.linked.words import AUTHORITY, CPSV, CV, ELI, VIETNAM, Words, number, vi, web_address
from gateway.publish.files import Record

Rows = Sequence[Record]
CHANNELS = {"1": "Trực tiếp", "2": "Trực tuyến", "3": "Bưu chính công ích"}
ROLES = {
    "competent": "Cơ quan có thẩm quyền",
    "executing": "Cơ quan thực hiện",
    "authorised": "Cơ quan được ủy quyền",
    "coordinating": "Cơ quan phối hợp",
}
NOT_STATED = "Cổng Dịch vụ công quốc gia không nêu cơ quan"
"""CPSV-AP asks for an authority; where the portal names none, that is what can be said."""

AUTHORITIES = {"competent", "authorised"}
"""Parts in a procedure that are an authority of their own, or were given one; who only carries it out or helps has none."""

CURRENCIES = {"đồng", "vnđ", "vnd", "đ"}
"""How portals write the only currency in which the law sets fees."""


class Service:
    """A procedure that is being told, and the graph it is told in."""

    def __init__(self, graph: Graph, words: Words, code: str) -> None:
        self.graph, self.words, self.code = graph, words, code
        self.node = words.node("procedures", code)

    def say(self, verb: URIRef, value: Any) -> None:
        """Of the procedure itself."""
        self.graph.add((self.node, verb, value))

    def part(self, kind: URIRef, name: str, ordinal: Any, title: str | None = None) -> URIRef:
        """A new node `<procedure>/papers/3` with its identifier, and its title where it has one."""
        node = self.words.node("procedures", self.code, name, ordinal)
        self.graph.add((node, RDF.type, kind))
        self.graph.add((node, DCTERMS.identifier, Literal(f"{self.code}/{name}/{ordinal}")))
        if title is not None:
            self.graph.add((node, DCTERMS.title, vi(title)))
        return node

    def concept(self, scheme: str, name: str, code: str = "") -> URIRef:
        """A node of one of our code lists."""
        node = self.words.node(scheme, code or name)
        self.graph.add((node, RDF.type, SKOS.Concept))
        self.label(node, name)
        return node

    def label(self, node: URIRef, name: str) -> Literal:
        """The first name that a node is given is its label (SKOS allows one), further ones are others of it."""
        known = self.graph.value(node, SKOS.prefLabel)
        if isinstance(known, Literal) and known != vi(name):
            self.graph.add((node, SKOS.altLabel, vi(name)))
            return known
        self.graph.add((node, SKOS.prefLabel, vi(name)))
        return vi(name)

    def channel(self, code: str) -> URIRef:
        """The procedure's channel of this code."""
        node = self.part(CV.Channel, "channels", code)
        self.graph.add((node, DCTERMS.type, self.concept("channels", CHANNELS.get(code, code), code)))
        self.say(CV.hasChannel, node)
        return node


def _authorities(service: Service, rows: Rows) -> None:
    for row in rows:
        node = _agency(service, row["agency_code"] or row["agency_name"], row["agency_name"])
        if row["role"] in AUTHORITIES:
            service.say(CV.hasCompetentAuthority, node)
        else:
            _participation(service, row, node)
    if not any(row["role"] in AUTHORITIES for row in rows):
        service.say(CV.hasCompetentAuthority, _agency(service, "not-stated", NOT_STATED))


def _agency(service: Service, code: str, name: str) -> URIRef:
    node = service.words.node("agencies", code)
    for kind in (CV.PublicOrganisation, FOAF.Agent):
        service.graph.add((node, RDF.type, kind))
    service.graph.add((node, DCTERMS.spatial, VIETNAM))
    service.graph.set((node, DCTERMS.title, service.label(node, name)))
    service.graph.set((node, DCTERMS.identifier, Literal(code)))
    return node


def _participation(service: Service, row: Record, agency: URIRef) -> None:
    node = service.part(CV.Participation, "participations", row["agency_number"])
    service.graph.add((node, DCTERMS.description, vi(row["agency_name"])))
    service.graph.add((node, CV.hasParticipant, agency))
    service.graph.add((node, CV.role, service.concept("roles", ROLES[row["role"]], row["role"])))
    service.say(CV.hasParticipation, node)


def _applicants(service: Service, rows: Rows) -> None:
    for row in rows:
        if row["kind_name"] or row["kind_code"]:
            name = row["kind_name"] or row["kind_code"]
            service.say(DCTERMS.audience, service.concept("applicants", name, row["kind_code"] or ""))


def _papers(service: Service, rows: Rows) -> None:
    for row in rows:
        node = service.part(CV.Evidence, "papers", row["component_number"], row["component_name"])
        if page := _document(service, row["document_url"]):
            service.graph.add((node, FOAF.page, page))
        for verb, count in (("originals", row["original_count"]), ("copies", row["copy_count"])):
            if count is not None:
                service.graph.add((node, service.words.terms[verb], number(count)))
        service.say(CPSV.hasInput, node)


def _document(service: Service, address: str | None) -> URIRef | None:
    page = web_address(address)
    if page is not None:
        service.graph.add((page, RDF.type, FOAF.Document))
    return page


def _times(service: Service, rows: Rows) -> None:
    """A number and its unit, in words of our own: xsd:duration knows no working day, and P3D would be another limit."""
    terms = service.words.terms
    for row in rows:
        node = service.words.node("procedures", service.code, "times", row["time_number"])
        service.graph.add((node, RDF.type, terms.TimeLimit))
        if row["duration_amount"] is not None:
            service.graph.add((node, terms.amount, number(row["duration_amount"])))
        if row["duration_unit"]:
            service.graph.add((node, terms.unit, Literal(row["duration_unit"])))
        if row["description"]:
            service.graph.add((node, DCTERMS.description, vi(row["description"])))
        of = service.channel(row["channel_code"]) if row["channel_code"] else service.node
        service.graph.add((of, terms.timeLimit, node))


def _fees(service: Service, rows: Rows) -> None:
    """An amount only with its currency; of another unit, or of none, the portal's own words alone."""
    for row in rows:
        node = service.part(CV.Cost, "fees", row["fee_number"])
        if row["amount"] is not None and (row["currency"] or "").strip().casefold() in CURRENCIES:
            service.graph.add((node, CV.hasValue, Literal(float(row["amount"]), datatype=XSD.double)))
            service.graph.add((node, CV.currency, AUTHORITY["currency/VND"]))
        words = " ".join(filter(None, (row["amount_text"], row["currency"])))
        for text in filter(None, (words, row["description"])):
            service.graph.add((node, DCTERMS.description, vi(text)))
        if row["channel_code"]:
            service.graph.add((node, CV.ifAccessedThrough, service.channel(row["channel_code"])))
        service.say(CV.hasCost, node)


def _results(service: Service, rows: Rows) -> None:
    for row in rows:
        if row["result_name"]:
            service.say(CPSV.produces, service.part(CV.Output, "results", row["result_number"], row["result_name"]))


def _laws(service: Service, rows: Rows) -> None:
    for row in rows:
        node = service.words.node("procedures", service.code, "laws", row["basis_number"])
        service.graph.add((node, RDF.type, ELI.LegalResource))
        for text in filter(None, (row["document_number"], row["document_name"])):
            service.graph.add((node, DCTERMS.title, vi(text)))
        service.say(CV.hasLegalResource, node)


def _steps(service: Service, rows: Rows) -> None:
    """The steps of a case are one rule."""
    cases: dict[str, list[str]] = {}
    for row in rows:
        cases.setdefault(row["case_name"] or "Trình tự thực hiện", []).append(row["step_text"])
    for ordinal, (case, steps) in enumerate(cases.items(), 1):
        node = service.part(CPSV.Rule, "rules", ordinal, case)
        service.graph.add((node, DCTERMS.description, vi("\n".join(steps))))
        service.say(CPSV.follows, node)


def _texts(service: Service, rows: Rows) -> None:
    for row in rows:
        if row["requirements"]:
            node = service.part(CV.Requirement, "requirements", 1, "Yêu cầu, điều kiện thực hiện")
            service.graph.add((node, DCTERMS.description, vi(row["requirements"])))
            service.say(CV.holdsRequirement, node)


PARTS: Mapping[str, Callable[[Service, Rows], None]] = {
    "agency": _authorities,
    "applicant": _applicants,
    "component": _papers,
    "fee": _fees,
    "legal_basis": _laws,
    "result": _results,
    "step": _steps,
    "text": _texts,
    "time": _times,
}
"""By the set `procedure_…` that a part is published in."""
