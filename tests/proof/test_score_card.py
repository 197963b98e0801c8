"""`python -m proof`: what it prints and how it ends; and that every slow server is given up."""

from __future__ import annotations

import math
import re

import pytest

from proof import __main__ as program
from proof import deadline
from proof.card import Line

GOOD = Line("R1", "good", "0", "0", passed=True)
BAD = Line("R2", "bad", "1", "0", passed=False, detail=("page 3: lost",))


def run(monkeypatch: pytest.MonkeyPatch, *names: str) -> int:
    monkeypatch.setattr("sys.argv", ["proof", *names])
    monkeypatch.setattr(program, "LINES", {"bad": lambda: BAD, "good": lambda: GOOD})
    return program.main()


def test_every_line_is_printed_and_one_failure_fails_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 1
    failed, detail, passed = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"R2 bad measured=1 required=0 FAIL \(\d+ s\)", failed)
    assert detail == "  page 3: lost"
    assert passed.startswith("R1 good measured=0 required=0 PASS")


def test_one_line_by_name(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "good") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_as_many_payloads_as_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    monkeypatch.setattr(program.payloads, "measure", lambda examples: tried.append(examples) or GOOD)
    monkeypatch.setattr("sys.argv", ["proof", "payloads", "--examples", "7"])
    assert program.main() == 0
    assert tried == [7]


def test_a_proof_nobody_knows(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, "other")
    assert ended.value.code == 2
    assert "no proof other; there are bad, good" in capsys.readouterr().err


def test_every_slow_server_is_given_up() -> None:
    """How soon is measured by the proof itself; a server believed, or never given up, shows here."""
    found = dict(deadline.overruns())
    assert [name for name, overrun in found.items() if math.isinf(overrun)] == []
    assert {"TLS handshake", "a header", "body", "gzip body", "headers under TLS"} <= set(found)
