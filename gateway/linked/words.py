"""Vocabularies, and how our values become their nodes and literals."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import quote, urlsplit, urlunsplit

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD

ADMS = Namespace("http://www.w3.org/ns/adms#")
CPSV = Namespace("http://purl.org/vocab/cpsv#")
CV = Namespace("http://data.europa.eu/m8g/")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
AUTHORITY = Namespace("http://publications.europa.eu/resource/authority/")
MEDIA = Namespace("https://www.iana.org/assignments/media-types/")

VIETNAM = AUTHORITY["country/VNM"]
VIETNAMESE = AUTHORITY["language/VIE"]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Words:
    """The IRIs of one site. base: where its data are found, without a slash at the end."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self.terms = Namespace(f"{self.base}/terms#")

    def node(self, *path: str | int) -> URIRef:
        """`<base>/procedures/1.000001`: its pieces escaped."""
        return URIRef("/".join([self.base, *(quote(str(piece), safe="") for piece in path)]))

    def graph(self) -> Graph:
        """An empty graph with the prefixes a reader expects."""
        graph = Graph(bind_namespaces="none")
        for prefix, namespace in {**_PREFIXES, "vn": self.terms}.items():
            graph.bind(prefix, namespace)
        return graph


_PREFIXES = {
    "adms": ADMS, "cpsv": CPSV, "cv": CV, "dcat": DCAT, "dct": DCTERMS, "eli": ELI, "foaf": FOAF, "rdf": RDF, "rdfs": RDFS, "skos": SKOS,
    "spdx": SPDX, "vcard": VCARD, "xsd": XSD,
}  # fmt: skip


def vi(text: str) -> Literal:
    """A Vietnamese text. Control characters, which no RDF syntax can hold, are left out."""
    return Literal(_CONTROL.sub("", text), lang="vi")


def en(text: str) -> Literal:
    """An English text."""
    return Literal(text, lang="en")


def number(value: Decimal | int) -> Literal:
    """An exact number: an integer where it is whole, which every syntax writes alike."""
    return Literal(int(value)) if value == int(value) else Literal(Decimal(value).normalize(), datatype=XSD.decimal)


def web_address(text: str | None) -> URIRef | None:
    """An address that can be an IRI, with what may not stand in one escaped; None where the portal wrote something else."""
    try:
        parts = urlsplit((text or "").strip())
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:  # such as http://[đang cập nhật]
        return None
    if not is_address:
        return None
    path, query, fragment = (quote(_LONE_PERCENT.sub("%25", each), safe=_ALLOWED) for each in parts[2:])
    return URIRef(urlunsplit((parts.scheme, quote(parts.netloc, safe=":@[]-._~"), path, query, fragment)))


_ALLOWED = "/?:@!$&'()*+,;=-._~%"
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
