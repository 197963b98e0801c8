"""mappings/<portal>/reconcile/*.yaml → the pairs that are compared: lists of dossiers a portal holds of ours, and catalogues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from connectors.windows import DateWindow
from gateway.config import HOME
from gateway.delivery.spec import FOLDER as DELIVERIES
from gateway.delivery.spec import Delivery, read_delivery
from gateway.documents import Document
from gateway.errors import ConfigError
from gateway.mapping.compile import Mapping as Compiled
from gateway.mapping.compile import compile_mapping
from gateway.portals import PortalSpec, StreamSpec, read_stream
from gateway.workshop import Workshop

FOLDER = "reconcile"
SCHEMA = HOME / "schemas" / "catalogue.schema.json"
INTO = "held_dossier"


@dataclass(frozen=True)
class DossierPair:
    """What a portal holds of the dossiers that one of its deliveries tells it of. listing: how it is asked for all of them."""

    kind: ClassVar[str] = "dossier"
    delivery: Delivery
    listing: StreamSpec

    @property
    def name(self) -> str:
        """That of the delivery: national/dossiers."""
        return self.delivery.target

    @property
    def title(self) -> Mapping[str, str]:
        """What people read."""
        return self.listing.title

    @property
    def portal(self) -> PortalSpec:
        """The other side."""
        return self.delivery.portal

    @cached_property
    def mapping(self) -> Compiled:
        """How a record of the list becomes a row of the snapshot."""
        return compile_mapping(self.listing)

    @property
    def window(self) -> DateWindow | None:
        """How the list is asked by days; None where it always comes whole."""
        return self.listing.paging if isinstance(self.listing.paging, DateWindow) else None


@dataclass(frozen=True)
class CataloguePair:
    """The copies that issuers have of the procedures a portal lists. levels: at which they must be carried out to be missed."""

    kind: ClassVar[str] = "procedure"
    portal: PortalSpec
    catalogue: str
    title: Mapping[str, str]
    issuers: tuple[str, ...]
    levels: tuple[str, ...]

    @property
    def name(self) -> str:
        """`portal/catalogue`."""
        return f"{self.portal.portal}/{self.catalogue}"


Pair = DossierPair | CataloguePair


def pairs(shop: Workshop) -> Iterator[Pair]:
    """Every pair in the mapping folders, by name. Raises ConfigError with file and line."""
    for name in shop.portals():
        yield from pairs_of(shop.portal(name))


def pairs_of(portal: PortalSpec) -> Iterator[Pair]:
    """Every pair in a portal's folder, by name. Raises ConfigError with file and line."""
    for path in sorted((portal.folder / FOLDER).glob("*.yaml")):
        yield _read(portal, path)


def pair(shop: Workshop, name: str) -> Pair:
    """One pair by name; ConfigError that lists what there is."""
    known = {each.name: each for each in pairs(shop)}
    if name not in known:
        raise ConfigError(f"no pair {name!r}", do=f"name one of {', '.join(known) or 'none: no mapping has any'}")
    return known[name]


def _read(portal: PortalSpec, path: Path) -> Pair:
    document = Document(path)
    # An empty file is no table; the schema says so.
    is_catalogue = isinstance(document.content, dict) and "catalogue" in document.content
    found: Pair = _catalogue(portal, document) if is_catalogue else _dossiers(portal, document)
    if found.name != f"{portal.portal}/{path.stem}":
        raise ConfigError(
            f"pair {found.name!r} lies in file {path.name!r}",
            where=document.where(["catalogue" if is_catalogue else "stream"]),
            do="give both the same name",
        )
    return found


def _catalogue(portal: PortalSpec, document: Document) -> CataloguePair:
    document.check(SCHEMA, "catalogue")
    said: dict[str, Any] = document.content
    levels = tuple(said.get("levels", ()))
    return CataloguePair(portal, said["catalogue"], said["name"], tuple(said["of"]["portals"]), levels)


def _dossiers(portal: PortalSpec, document: Document) -> DossierPair:
    stream = read_stream(portal, document)
    if stream.into != INTO:
        raise ConfigError(f"a list that is compared fills {INTO}", where=document.where(["into"]), do="correct it")
    told = portal.folder / DELIVERIES / f"{stream.stream}.yaml"
    if not told.is_file():
        raise ConfigError(
            f"nothing is delivered as {stream.stream!r}",
            where=document.where(["stream"]),
            do=f"name a file of {told.parent}",
        )
    delivery = read_delivery(portal, told)
    if delivery.whose.procedures or delivery.whose.states:
        raise ConfigError(
            "dossiers of some procedures or states only are not compared",
            where=document.where(),
            do="take the file out",
        )
    # The portal may well have a stream of the same name; batches and quarantine must tell the two apart.
    return DossierPair(delivery, replace(stream, stream=f"{FOLDER}/{stream.stream}"))
