"""The catalogue's files beside the sets: written anew when a set has another version, and switched in one step each."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gateway import durable
from gateway.errors import StoreError
from gateway.log import log
from gateway.publish.contract import Contract

if TYPE_CHECKING:
    from rdflib import Graph

FORMS = {"ttl": "turtle", "jsonld": "json-ld"}


def refresh(base: str, contracts: Sequence[Contract], root: Path) -> None:
    """`catalogue.*` (DCAT-AP, all sets) and `services.*` (CPSV-AP, the procedures) below the folder of the sets.

    base: where readers find the data, as GATEWAY_PUBLIC_URL says; nothing is written while it is not set. Raises StoreError when
    the disk fails.
    """
    if not base:
        return
    from gateway.linked.services import SETS, services
    from gateway.linked.sets import catalogue
    from gateway.linked.words import Words

    words = Words(base)
    versions = {
        each.name: (root / each.name / "latest").resolve().name for each in contracts if _is_there(root, each.name)
    }
    _write("catalogue", base, versions, root, lambda: catalogue(words, contracts, root))
    if set(versions) >= set(SETS):
        _write("services", base, {name: versions[name] for name in SETS}, root, lambda: services(words, root))


def _is_there(root: Path, name: str) -> bool:
    return (root / name / "latest").is_dir()


def _write(name: str, base: str, versions: dict[str, str], root: Path, make: Callable[[], Graph]) -> None:
    """made: what the files were made of the last time."""
    made, now = root / f".{name}.json", json.dumps([base, versions])
    if made.exists() and made.read_text("utf-8") == now and all((root / f"{name}.{form}").exists() for form in FORMS):
        return
    graph = make()
    try:
        for form, called in FORMS.items():
            _switch(root / f"{name}.{form}", graph.serialize(format=called, encoding="utf-8"))
        _switch(made, now.encode())
    except OSError as error:
        do = "check space and rights, run again"
        raise StoreError(f"the catalogue could not be written ({error.strerror})", where=str(root), do=do) from None
    log.info("catalogue written", catalogue=name, triples=len(graph))


def _switch(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    draft.write_bytes(content)
    durable.sync([draft])
    draft.replace(path)
