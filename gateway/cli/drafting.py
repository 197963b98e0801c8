"""Gathers what a draft is made from: the stream's file as far as it is written, records, and every known mapping."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from gateway import vocabulary
from gateway.canonical import ENTITIES
from gateway.config import load_settings
from gateway.documents import Document
from gateway.errors import ConfigError
from gateway.mapping.bench import samples
from gateway.mapping.bench.drafting import draft, source
from gateway.mapping.bench.reading import read
from gateway.mapping.members import opened
from gateway.portals import StreamSpec, load_portal, stream_at

Record = dict[str, Any]


def drafted(portal: str, stream: str, file: Path | None, into: str) -> str:
    """The draft as YAML. Raises ConfigError when there is nothing to draft from, or no such entity."""
    known, _ = read(load_settings().mappings)
    path = _stream_file(portal, stream)
    if path is not None:
        head, records, said_into = _continued(path, portal, file)
    elif file is not None:
        head, records, said_into = _begun(portal, stream, file)
    else:
        raise ConfigError("no such stream yet", where=f"{portal}/{stream}", do="draft it from an answer: --from FILE")
    if not records:
        raise ConfigError("no record to draft from", where=f"{portal}/{stream}", do="name another answer: --from FILE")
    entity = into or said_into or draft.likely_entity(records, known)
    if entity not in ENTITIES:
        raise ConfigError(f"no entity {entity!r}", where="--into", do=f"name one of {', '.join(ENTITIES)}")
    return draft.draft(head.replace("into: TODO", f"into: {entity}"), portal, entity, records, known)


def _stream_file(portal: str, stream: str) -> Path | None:
    paths = (folder / portal / f"{stream}.yaml" for folder in load_settings().mappings)
    return next((path for path in paths if path.is_file()), None)


def _continued(path: Path, portal: str, file: Path | None) -> tuple[str, list[Record], str]:
    """What stands before `fields` is kept to the letter; records as the file says they are cut out."""
    document = Document(path)
    lines = path.read_text("utf-8").splitlines()
    end = document.line(["fields"]) - 1 if "fields" in document.content else len(lines)
    form = vocabulary.form(document.content)
    if file is not None:
        found = samples.records(form, file.read_bytes(), None)
    else:
        found = _kept(stream_at(load_portal((path.parent.parent,), portal), path))
    return "\n".join(lines[:end]), _some(found), document.content["into"]


def _begun(portal: str, stream: str, file: Path) -> tuple[str, list[Record], str]:
    said = source.header(portal, stream, file)
    found = samples.records(vocabulary.form(said), file.read_bytes(), None)
    return draft.header_text(said), _some(found), ""


def _kept(stream: StreamSpec) -> Any:
    """The golden sample; where there is none, what was landed."""
    if samples.body_file(stream).is_file() or not load_settings().database_url:
        return samples.members(stream)
    from gateway.landed import landed_members
    from gateway.workshop import open_workshop

    return landed_members(open_workshop(), stream)


def _some(found: Any) -> list[Record]:
    return [opened(members, list(members)) for members in islice(found, draft.LOOKED_AT)]
