"""mappings/<portal>/ → PortalSpec and StreamSpec: checked against schemas/mapping.schema.json, immutable."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from connectors.answer import AnswerRules
from connectors.auth import AuthSpec
from connectors.formats import Format
from connectors.http.network import Network
from connectors.http.politeness import Limits
from connectors.paging import Paging, Whole
from connectors.request import Request
from gateway import vocabulary
from gateway.canonical import STAGED
from gateway.config import HOME
from gateway.documents import Document
from gateway.errors import ConfigError
from gateway.vocabulary import Acknowledge, Incremental, Retire

SCHEMA = HOME / "schemas" / "mapping.schema.json"


@dataclass(frozen=True)
class ForEach:
    """A call for every value of a field that another stream of the same run brought."""

    stream: str
    field: str
    send: str


@dataclass(frozen=True)
class StreamSpec:
    """One stream of one portal: what to ask, where the records are, and (in `document`) how they map.

    crosswalks: the folder of its code lists. may_shrink_to: the share of the last complete list below which a new one is
    held back. drift: what is done with records whose members are not as usual: report, quarantine or stop. retire: None where
    what leaves the list is let be. status_time: exact where `status_at` is the time of the state itself, earliest where the
    portal tells none and the state may hold since then at the earliest.
    """

    portal: str
    stream: str
    title: Mapping[str, str]
    into: str
    request: Request
    paging: Paging
    form: Format
    document: Document
    crosswalks: Path
    incremental: Incremental | None = None
    for_each: ForEach | None = None
    acknowledge: Acknowledge | None = None
    may_shrink_to: float = 0.5
    drift: str = "report"
    retire: Retire | None = None
    status_time: str = "exact"

    @property
    def name(self) -> str:
        """`portal/stream`, the way people and messages call it."""
        return f"{self.portal}/{self.stream}"


@dataclass(frozen=True)
class PortalSpec:
    """One portal: connection, protocol, manners and its streams in the order in which they must be fetched.

    from_connection: `body` and `headers` of every call that come from the connection. said: the whole portal.yaml, for what
    only one protocol needs.
    """

    portal: str
    title: Mapping[str, str]
    connection: str
    protocol: str
    auth: AuthSpec
    every: Request
    from_connection: Mapping[str, Mapping[str, str]]
    limits: Limits
    network: Network
    answer: AnswerRules
    schedule: str
    folder: Path
    said: Mapping[str, Any]

    @cached_property
    def streams(self) -> tuple[StreamSpec, ...]:
        """Every stream file of the folder, those that others are asked from first."""
        found = [stream_at(self, path) for path in stream_files(self.folder)]
        _check_one_list_each(found)
        return _in_order(found)

    @property
    def tells_times(self) -> bool:
        """Whether each state of its dossiers comes with the time at which it was entered."""
        return all(stream.status_time == "exact" for stream in self.streams if stream.into == "dossier")

    def stream(self, name: str) -> StreamSpec:
        """One stream by name; ConfigError that lists what there is."""
        for spec in self.streams:
            if spec.stream == name:
                return spec
        there = ", ".join(spec.stream for spec in self.streams)
        raise ConfigError(f"{self.portal} has no stream {name!r}", where=str(self.folder), do=f"name one of {there}")


def portal_names(folders: tuple[Path, ...]) -> list[str]:
    """The portals found in the mapping folders, sorted. Cheap: only looks for portal.yaml files."""
    return sorted({path.parent.name for folder in folders for path in folder.glob("*/portal.yaml")})


def load_portal(folders: tuple[Path, ...], name: str) -> PortalSpec:
    """Read and check one portal's folder. Raises ConfigError with file and line."""
    for folder in folders:
        if (folder / name / "portal.yaml").is_file():
            return _portal(folder / name)
    there = ", ".join(portal_names(folders)) or "none"
    raise ConfigError(f"no portal {name!r}", where=str(folders[0]), do=f"portals found: {there}")


def stream_files(folder: Path) -> list[Path]:
    """The files of a portal's folder that describe streams."""
    return sorted(path for path in folder.glob("*.yaml") if path.name != "portal.yaml")


def read_stream(portal: PortalSpec, document: Document) -> StreamSpec:
    """A stream of a portal from its file, wherever that lies. Raises ConfigError with file and line."""
    document.check(SCHEMA, "stream")
    said: dict[str, Any] = document.content
    form, paging = _form(document), said.get("paging", {"kind": "whole"})
    spec = StreamSpec(
        portal=portal.portal,
        stream=said["stream"],
        title=said["name"],
        into=said["into"],
        request=vocabulary.request(said["request"], packed=form.is_streamed),
        paging=vocabulary.paging(paging),
        form=form,
        document=document,
        crosswalks=portal.folder.parent / "crosswalks",
        incremental=vocabulary.incremental(said["incremental"]) if "incremental" in said else None,
        for_each=ForEach(**said["for_each"]) if "for_each" in said else None,
        acknowledge=vocabulary.acknowledge(paging["acknowledge"]) if "acknowledge" in paging else None,
        may_shrink_to=vocabulary.share(said.get("may_shrink_to", "50%")),
        drift=said.get("drift", "report"),
        retire=vocabulary.retire(said["retire"]) if "retire" in said else None,
        status_time=said.get("status_time", "exact"),
    )
    _check_retire(spec)
    return spec


def stream_at(portal: PortalSpec, path: Path) -> StreamSpec:
    """A stream of a portal's own folder: it bears its file's name."""
    stream = read_stream(portal, Document(path))
    if stream.stream != path.stem:
        raise ConfigError(
            f"stream {stream.stream!r} lies in file {path.name!r}",
            where=stream.document.where(["stream"]),
            do="give both the same name",
        )
    if stream.into in STAGED:
        raise ConfigError(
            f"{stream.into} is compared, not taken in",
            where=stream.document.where(["into"]),
            do="move the file into the folder reconcile/ of its portal",
        )
    return stream


def fingerprint(stream: StreamSpec) -> str:
    """Hash of everything that decides how the stream's records map: its file, the crosswalks, and the converters' code."""
    digest = hashlib.sha256()
    code = sorted((HOME / "gateway" / "mapping").glob("*.py"))
    for path in [stream.document.path, *sorted(stream.crosswalks.glob("*.tsv")), *code]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _portal(folder: Path) -> PortalSpec:
    document = Document(folder / "portal.yaml")
    document.check(SCHEMA, "portal")
    said: dict[str, Any] = document.content
    if said["portal"] != folder.name:
        raise ConfigError(
            f"portal {said['portal']!r} lies in folder {folder.name!r}",
            where=document.where(["portal"]),
            do="give both the same name",
        )
    every = said.get("every_request", {})
    return PortalSpec(
        portal=said["portal"],
        title=said["name"],
        connection=said["connection"],
        protocol=said["protocol"],
        auth=vocabulary.auth(said.get("auth", {})),
        every=Request("", "", query=every.get("query", {}), headers=every.get("headers", {}), body=every.get("body")),
        from_connection={part: every.get(f"{part}_from_connection", {}) for part in ("body", "headers")},
        limits=_limits(document),
        network=vocabulary.network(said.get("network", {})),
        answer=vocabulary.answer(said.get("answer", {})),
        schedule=said["schedule"],
        folder=folder,
        said=said,
    )


def _limits(document: Document) -> Limits:
    try:
        return vocabulary.limits(document.content.get("limits", {}))
    except ValueError as error:
        raise ConfigError(str(error), where=document.where(["limits"]), do="correct it") from None


def _check_retire(spec: StreamSpec) -> None:
    """Only a list that is read whole each time, and can show that it is whole, proves that something is absent."""
    parts = bool(spec.incremental or spec.for_each or spec.acknowledge or "file" in spec.document.content["request"])
    if spec.retire and (parts or spec.into == "dossier" or not (spec.paging.total or isinstance(spec.paging, Whole))):
        raise ConfigError(
            "retire needs a list that comes whole each time: no incremental, for_each, queue, files or dossiers, and a "
            "paging with total unless one answer is the whole list",
            where=spec.document.where(["retire"]),
            do="take retire out, or name the paging's total",
        )


def _check_one_list_each(streams: list[StreamSpec]) -> None:
    """What one of two lists of the same entity lacks may stand in the other."""
    for spec in streams:
        others = [other.stream for other in streams if other.into == spec.into and other is not spec]
        if spec.retire and others:
            raise ConfigError(
                f"retire needs an entity that no other stream fills, and {spec.into} is filled by {', '.join(others)} too",
                where=spec.document.where(["retire"]),
                do="take retire out",
            )


def _form(document: Document) -> Format:
    try:
        return vocabulary.form(document.content)
    except ValueError as error:
        raise ConfigError(str(error), where=document.where(["table"]), do="correct it") from None


def _in_order(streams: list[StreamSpec]) -> tuple[StreamSpec, ...]:
    """Streams with `for_each` after the stream they are asked from."""
    names = {spec.stream for spec in streams}
    for spec in streams:
        if spec.for_each and spec.for_each.stream not in names:
            raise ConfigError(
                f"for_each names stream {spec.for_each.stream!r}, which does not exist",
                where=spec.document.where(["for_each", "stream"]),
                do=f"name one of {', '.join(sorted(names))}",
            )
    placed: list[StreamSpec] = []
    while len(placed) < len(streams):
        done = {spec.stream for spec in placed}
        ready = [s for s in streams if s.stream not in done and (not s.for_each or s.for_each.stream in done)]
        if not ready:
            left = next(spec for spec in streams if spec.stream not in done)
            raise ConfigError(
                "for_each goes in a circle", where=left.document.where(["for_each"]), do="break the circle"
            )
        placed.extend(ready)
    return tuple(placed)
