"""mappings/<portal>/ → PortalSpec and StreamSpec: checked against schemas/mapping.schema.json, immutable."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from connectors.answer import AnswerRules, FailureRule
from connectors.auth import AuthSpec
from connectors.http import Request
from connectors.paging import Paging
from connectors.politeness import Limits
from gateway.config import HOME
from gateway.documents import Document, as_tuple
from gateway.errors import ConfigError

SCHEMA = HOME / "schemas" / "mapping.schema.json"


@dataclass(frozen=True)
class Incremental:
    """How an incremental run knows where to stop when the portal has no "changed since" filter.

    by: the record's member with its time of change, newest first. format: how it is written.
    overlap: seconds read again before the cursor, since records move while we read.
    """

    by: str
    format: str
    overlap: float


@dataclass(frozen=True)
class ForEach:
    """A call for every value of a field that another stream of the same run brought."""

    stream: str
    field: str
    send: str


@dataclass(frozen=True)
class StreamSpec:
    """One stream of one portal: what to ask, where the records are, and (in `document`) how they map."""

    portal: str
    stream: str
    title: Mapping[str, str]
    into: str
    request: Request
    paging: Paging
    records: str
    document: Document
    incremental: Incremental | None = None
    for_each: ForEach | None = None

    @property
    def name(self) -> str:
        """`portal/stream`, the way people and messages call it."""
        return f"{self.portal}/{self.stream}"


@dataclass(frozen=True)
class PortalSpec:
    """One portal: connection, protocol, manners and its streams in the order in which they must be fetched."""

    portal: str
    title: Mapping[str, str]
    connection: str
    auth: AuthSpec
    every: Request
    body_from_connection: Mapping[str, str]
    limits: Limits
    answer: AnswerRules
    schedule: str
    folder: Path

    @cached_property
    def streams(self) -> tuple[StreamSpec, ...]:
        """Every stream file of the folder, those that others are asked from first."""
        return _in_order([_stream(self, path) for path in _stream_files(self.folder)])

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


def fingerprint(stream: StreamSpec) -> str:
    """Hash of everything that decides how the stream's records map: its file, the crosswalks, and the converters' code."""
    digest = hashlib.sha256()
    shared = stream.document.path.parent.parent / "crosswalks"
    code = sorted((HOME / "gateway" / "mapping").glob("*.py"))
    for path in [stream.document.path, *sorted(shared.glob("*.tsv")), *code]:
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
        auth=_auth(said.get("auth", {"kind": "none"})),
        every=Request("", "", query=every.get("query", {}), headers=every.get("headers", {})),
        body_from_connection=every.get("body_from_connection", {}),
        limits=_limits(said.get("limits", {})),
        answer=_answer(said.get("answer", {})),
        schedule=said["schedule"],
        folder=folder,
    )


def _auth(said: Mapping[str, Any]) -> AuthSpec:
    default = AuthSpec(said["kind"])
    return AuthSpec(
        kind=said["kind"],
        path=said.get("post", ""),
        token=said.get("token", default.token),
        carry_body=said.get("carry", {}).get("body", ""),
        lasts=seconds(said["lasts"]) if "lasts" in said else default.lasts,
    )


def _limits(said: Mapping[str, Any]) -> Limits:
    default = Limits()
    rate = said.get("rate")
    return Limits(
        rate=float(rate.removesuffix("/s")) if rate else None,
        parallel=said.get("parallel", default.parallel),
        connect=seconds(said["connect"]) if "connect" in said else default.connect,
        read=seconds(said["read"]) if "read" in said else default.read,
        total=seconds(said["total"]) if "total" in said else default.total,
        attempts=said.get("attempts", default.attempts),
    )


def _answer(said: Mapping[str, Any]) -> AnswerRules:
    failures = tuple(
        FailureRule(
            equals={key: as_tuple(value) for key, value in rule.get("when", {}).items()},
            contains=rule.get("contains", {}),
            means=rule["means"],
        )
        for rule in said.get("failure", ())
    )
    success = {key: as_tuple(value) for key, value in said.get("success", {}).items()}
    return AnswerRules(success=success, failures=failures, message=said.get("message", "message"))


def _stream_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.yaml") if path.name != "portal.yaml")


def _stream(portal: PortalSpec, path: Path) -> StreamSpec:
    document = Document(path)
    document.check(SCHEMA, "stream")
    said: dict[str, Any] = document.content
    if said["stream"] != path.stem:
        raise ConfigError(
            f"stream {said['stream']!r} lies in file {path.name!r}",
            where=document.where(["stream"]),
            do="give both the same name",
        )
    return StreamSpec(
        portal=portal.portal,
        stream=said["stream"],
        title=said["name"],
        into=said["into"],
        request=_request(said["request"]),
        paging=Paging(**said.get("paging", {"kind": "whole"})),
        records=said["records"],
        document=document,
        incremental=_incremental(said.get("incremental")),
        for_each=ForEach(**said["for_each"]) if "for_each" in said else None,
    )


def _request(said: Mapping[str, Any]) -> Request:
    method = "post" if "post" in said else "get"
    return Request(method.upper(), said[method], query=said.get("query", {}), body=said.get("body"))


def _incremental(said: Mapping[str, Any] | None) -> Incremental | None:
    return Incremental(said["newest_first_by"], said["format"], seconds(said["overlap"])) if said else None


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


def seconds(text: str) -> float:
    """`30s`, `10m`, `2h`, `1d` → seconds (the schema has checked the form)."""
    number, unit = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h|d)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
