"""The guide as a program: its files and commands in the order of the page, run by one shell as a reader would."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"`(~/[\w./-]+)`:\n\n\Z")
_ENDS_WITH = re.compile(r"# ends with (\d+)")


@dataclass(frozen=True)
class Step:
    """A command as written. code: what it must end with; 0 unless its comment says otherwise."""

    command: str
    code: int


@dataclass(frozen=True)
class Ended:
    """A step that was run: its exit code, and everything it said."""

    step: Step
    code: int
    said: str


def steps(text: str) -> list[Step]:
    """Files (a block after a line such as `~/site/x.yaml`:) and the commands of blocks in `sh`."""
    found: list[Step] = []
    for block in _BLOCK.finditer(text):
        language, content = block.groups()
        if named := _NAMED.search(text, 0, block.start()):
            found.append(Step(f"cat > {named[1]} <<'END OF FILE'\n{content}END OF FILE", 0))
        elif language == "sh":
            found += [_step(command) for command in _commands(content)]
    return found


def run(text: str, place: Path, environment: Mapping[str, str]) -> list[Ended]:
    """Run every step in one shell whose home and working folder is `place`, to the end whatever they end with."""
    wanted = steps(text)
    script = "\n".join(_kept(number, step) for number, step in enumerate(wanted))
    subprocess.run(["bash", "-c", script], cwd=place, env={**environment, "HOME": str(place)}, timeout=300, check=True)
    codes = [int(each) for each in (place / "codes").read_text("utf-8").split()]
    said = [(place / f"said-{number}").read_text("utf-8") for number in range(len(wanted))]
    return [Ended(*each) for each in zip(wanted, codes, said, strict=True)]


def _step(command: str) -> Step:
    ends_with = _ENDS_WITH.search(command)
    return Step(command, int(ends_with[1]) if ends_with else 0)


def _commands(content: str) -> Iterator[str]:
    """The commands of a block; one goes on over several lines while a quotation is open."""
    command = ""
    for line in content.splitlines():
        command = f"{command}\n{line}" if command else line
        try:
            words = shlex.split(command, comments=True)
        except ValueError:
            continue
        if words:
            yield command
        command = ""
    assert not command, f"a quotation is never closed: {command}"


def _kept(number: int, step: Step) -> str:
    """The step in the shell itself, so that what it exports stays."""
    return f"{{ {step.command}\n}} > ~/said-{number} 2>&1\necho $? >> ~/codes"
