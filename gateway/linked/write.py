"""The catalogue's files beside the sets: written anew when a set has another version, and switched in one step each."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway import durable
from gateway.errors import StoreError
from gateway.log import log
from gateway.publish.breaks import published_contract
from gateway.publish.contract import Contract
from gateway.publish.files import sha256

if TYPE_CHECKING:
    from rdflib import Graph

FORMS = {"ttl": "turtle", "jsonld": "json-ld"}
FORM = 2
"""To be counted up when the same sets are told in other triples: files of before are then written anew."""


def refresh(base: str, contracts: Sequence[Contract], root: Path) -> None:
    """`catalogue.*` (DCAT-AP, all sets) and `services.*` (CPSV-AP, the procedures) below the folder of the sets.

    base: where readers find the data, as GATEWAY_PUBLIC_URL says; nothing is written while it is not set, or nothing published.
    Raises StoreError when the disk fails.
    """
    published = {each.name: each for each in (_of_latest(root, contract.name) for contract in contracts) if each}
    if not base or not published:
        return
    from gateway.linked.services import SETS, services
    from gateway.linked.sets import catalogue
    from gateway.linked.words import Words

    words = Words(base)
    _write("catalogue", [base, _made_of(published, root)], root, lambda: catalogue(words, published.values(), root))
    parts = {name: published[name] for name in SETS if name in published}
    if len(parts) < len(SETS):
        return
    if others := [each.name for each in contracts if each.name in parts and _differ(each, parts[each.name])]:
        log.warning("services are not written: sets have columns of another release, publish them", sets=others)
        return
    _write("services", [base, _made_of(parts, root)], root, lambda: services(words, root))


def _of_latest(root: Path, name: str) -> Contract | None:
    """The contract that the last version was made by: the present one may not have been published yet."""
    return published_contract(root / name / "latest", name)


def _made_of(published: Mapping[str, Contract], root: Path) -> dict[str, str]:
    return {name: (root / name / "latest").resolve().name + " " + sha256(each.path) for name, each in published.items()}


def _differ(ours: Contract, theirs: Contract) -> bool:
    return [column.name for column in ours.columns] != [column.name for column in theirs.columns]


def _write(name: str, made_of: list[Any], root: Path, make: Callable[[], Graph]) -> None:
    """made: what the files were made of the last time."""
    made, now = root / f".{name}.json", json.dumps([FORM, *made_of])
    if made.exists() and made.read_text("utf-8") == now and all((root / f"{name}.{form}").exists() for form in FORMS):
        return
    graph = make()
    try:
        for form, called in FORMS.items():
            _switch(root / f"{name}.{form}", graph.serialize(format=called, encoding="utf-8"))
        # What says of which versions they are made must not outlive, in a power cut, the names of what it speaks of.
        durable.sync([root])
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
