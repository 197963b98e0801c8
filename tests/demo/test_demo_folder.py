"""The state folder: one demo at a time, its night, its keys, and nothing removed that is not ours."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from gateway.demo.__main__ import main
from gateway.demo.errors import StateError
from gateway.demo.folder import DemoFolder, clean
from gateway.demo.secrets import load_secrets


def test_nights_are_counted_from_zero(state: Path) -> None:
    with DemoFolder(state) as folder:
        assert folder.day == 0
        folder.remember_day(1)
    with DemoFolder(state) as folder:
        assert folder.day == 1


def test_a_second_demo_in_the_folder_is_refused_and_so_is_clean(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with DemoFolder(state):
        with pytest.raises(StateError, match="running here already"):
            clean(state)
        assert main(["clean", "--state", str(state)]) == 2
    assert "Ctrl-C" in capsys.readouterr().err
    assert main(["clean", "--state", str(state)]) == 0
    assert not state.exists()
    assert main(["clean", "--state", str(state)]) == 0


def test_somebody_elses_folder_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(StateError, match="not a demo's"):
        clean(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["letters.txt"]


def test_keys_are_made_once_and_private(state: Path) -> None:
    state.mkdir()
    secrets = load_secrets(state)
    assert len(base64.b64decode(secrets.gateway, validate=True)) == 32
    assert stat.S_IMODE((state / "secrets.json").stat().st_mode) == 0o600
    assert vars(load_secrets(state)) == vars(secrets)
    assert secrets.gateway not in repr(secrets)
