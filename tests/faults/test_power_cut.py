"""A machine that loses its power keeps what committed rows name: landed objects are on disk before their rows are."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import StoreError
from sandbox.testing import running_sandbox
from tests.helpers.house import House


@pytest.fixture
def connected(house: House) -> Iterator[House]:
    """A house whose province has something to show."""
    with running_sandbox("--dossiers", "40", "--procedures", "10", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        yield house


def _landed(house: House) -> set[Path]:
    return {Path(path) for path in house.column("select path from landing.page")}


def test_objects_and_the_folders_above_them_are_written_through(
    connected: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()

    def fsync(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    assert connected.fetch("province").errors == ()
    root = connected.place / "landing"
    objects = _landed(connected)
    assert len(objects) == 3
    folders = {above for path in objects for above in path.parents if above.is_relative_to(root)}
    assert {path.stat().st_ino for path in objects | folders} <= synced


def test_what_the_disk_does_not_keep_is_not_landed(connected: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fsync)
        errors = connected.fetch("province").errors
    assert {type(error) for error in errors} == {StoreError}
    assert "the landing store cannot be written (OSError) → check space" in str(errors[0])
    assert _landed(connected) == set()
    named = [path for path in (connected.place / "landing").rglob("*") if path.is_file() and "." not in path.name]
    assert named == [], "what is not on disk does not bear a content's name, so that nobody takes it for one"
    assert connected.fetch("province").errors == ()
    assert len(_landed(connected)) == 3
