"""Every command in the documentation is one the program knows."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from typer.main import get_command

from gateway import cli
from tests.docs.pages import ROOT, code, own_pages, read


def _written() -> list[list[str]]:
    """Each `gateway …` of the documentation as words, brackets of optional parts removed."""
    found = set[str]()
    for page in own_pages():
        for piece in code(page.read_text("utf-8")):
            match = re.match(r"(?:\.venv/bin/)?gateway ([a-z][^|&<>]*)$", piece)
            if match:
                found.add(match[1].strip())
    return [re.sub(r"[\[\]]", "", each).split() for each in sorted(found)]


def _resolve(words: list[str]) -> tuple[Any, list[str], list[str]]:
    """The command these words name, the words that name it, and what is left."""
    command, left = get_command(cli.app), list(words)
    named = []
    while left and left[0] in getattr(command, "commands", {}):
        named.append(left.pop(0))
        command = command.commands[named[-1]]
    if hasattr(command, "unsaid"):  # a verb that a person need not write
        command = command.commands[command.unsaid]
    return command, named, left


@pytest.mark.parametrize("words", _written(), ids=" ".join)
def test_command_exists_with_its_options(words: list[str]) -> None:
    command, named, left = _resolve(words)
    assert named
    assert not getattr(command, "commands", {}) or command.invoke_without_command, (
        f"{' '.join(words)} is not a whole command"
    )
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    used = {word for word in left if word.startswith("--")}
    assert used <= known or named == ["sandbox"]


@pytest.mark.parametrize("verb", sorted({tuple(_resolve(words)[1]) for words in _written()}), ids=" ".join)
def test_help_of_the_verb(
    verb: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["gateway", *verb, "--help"])
    assert cli.main() == 0
    assert "Usage" in capsys.readouterr().out


def test_readme_has_every_verb() -> None:
    documented = {" ".join(_resolve(words)[1]) for words in _written()}
    assert {verb for verb in get_command(cli.app).commands if not any(verb in each for each in documented)} == set()


def test_make_verbs_are_targets() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    used = {
        match[1]
        for page in own_pages()
        for piece in code(page.read_text("utf-8"))
        if (match := re.match(r"make ([a-z]+)\b", piece))
    }
    assert used
    assert used <= targets
    variables = set(re.findall(r"\bmake demo ([A-Z]+)=", "\n".join(page.read_text("utf-8") for page in own_pages())))
    assert variables <= set(re.findall(r"\$\(([A-Z]+)\)", read("Makefile")))


def test_files_named_in_the_text_exist() -> None:
    for page in own_pages():
        for name in re.findall(r"`((?:docker|schemas|mappings|dags)/[\w./-]+)`", page.read_text("utf-8")):
            assert (ROOT / name).exists(), f"{page.name} names {name}"
