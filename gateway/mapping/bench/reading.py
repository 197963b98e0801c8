"""Reads mapping files to their end: what is well written as compiled mappings, and every mistake of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.documents import Document
from gateway.errors import ConfigError
from gateway.mapping.bench.findings import ERROR, Finding, mistake
from gateway.mapping.compile import Mapping, compile_mapping
from gateway.portals import SCHEMA, PortalSpec, load_portal, portal_names, stream_at, stream_files

BLANK = "TODO"
"""What a draft writes where a person must say more."""


def read(folders: tuple[Path, ...]) -> tuple[list[Mapping], list[Finding]]:
    """Every stream of every portal; ConfigError is raised for nothing but folders that are not there."""
    mappings: list[Mapping] = []
    findings: list[Finding] = []
    for name in portal_names(folders):
        try:
            spec = load_portal(folders, name)
        except ConfigError as error:
            findings.append(mistake(name, error))
            continue
        for path in stream_files(spec.folder):
            found = _stream(spec, path)
            findings += [each for each in found if isinstance(each, Finding)]
            mappings += [each for each in found if isinstance(each, Mapping)]
        findings += _between(spec, findings)
    return mappings, findings


def _stream(spec: PortalSpec, path: Path) -> list[Mapping | Finding]:
    try:
        document = Document(path)
        wrong: list[Mapping | Finding] = [mistake(spec.portal, error) for error in document.mistakes(SCHEMA, "stream")]
        if wrong:
            return wrong
        mapping = compile_mapping(stream_at(spec, path))
    except ConfigError as error:
        return [mistake(spec.portal, error)]
    return [mapping, *_blanks(mapping)]


def _blanks(mapping: Mapping) -> Iterator[Finding]:
    """A draft's blanks: they are well written, and read nothing."""
    for each in mapping.fields:
        if BLANK in each.sources:
            where = mapping.stream.document.where(["fields", each.column])
            yield Finding(
                ERROR, mapping.stream.portal, where, f"{each.column} is still blank", "say where it comes from"
            )


def _between(spec: PortalSpec, before: list[Finding]) -> list[Finding]:
    """What only shows when streams are held together; asked when each for itself is well written."""
    if any(each.portal == spec.portal for each in before):
        return []
    try:
        _ = spec.streams
    except ConfigError as error:
        return [mistake(spec.portal, error)]
    return []
