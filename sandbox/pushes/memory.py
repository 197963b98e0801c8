"""What portals were told, kept in a file from one start of the sandbox to the next (`--remember FILE`)."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from sandbox.pushes.record import Push
from sandbox.pushes.store import Pushes

Told = dict[str, list[Push]]
"""By portal, in the order in which it came."""


@contextmanager
def remembered(file: Path | None, stores: Mapping[str, Pushes]) -> Generator[None, None, None]:
    """Takes up what the file says the portals were told, and writes it anew at the end. Without a file nothing is kept.

    A sandbox that is killed leaves the file as it was. Raises msgspec.ValidationError for a file of another kind.
    """
    if file is None:
        yield
        return
    if file.exists():
        for name, pushes in msgspec.json.decode(file.read_bytes(), type=Told).items():
            stores[name].add(pushes)
    try:
        yield
    finally:
        unfinished = file.with_name(f"{file.name}.new")
        unfinished.write_bytes(msgspec.json.encode({name: _told(pushes) for name, pushes in stores.items()}))
        unfinished.replace(file)


def _told(pushes: Pushes) -> list[Push]:
    """All that is still held; what a later push has replaced for good has no fields any more."""
    kept = [
        kept for dossier in pushes for kept in dossier.pushes if kept.body and kept.is_kept(pushes.calls, pushes.day)
    ]
    return [replace(each.push, item=each.item()) for each in sorted(kept, key=lambda each: each.at)]
