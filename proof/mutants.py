"""`python -m proof.mutants`: change the mapping engine in one small way after the other; the tests must notice.

mutmut makes the changed copies in mutants/ (settings: pyproject.toml) and runs the tests that come past each of them. It is
installed beside our environment, in .bench/mutmut, for nothing else needs it. Survivors and why they may live: SURVIVORS.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "proof" / "mutants.lock"
MADE = ROOT / "mutants"
SURVIVORS = ROOT / "docs" / "findings" / "mutants.md"
REQUIRED = 0.9
"""The share of changes that the tests must notice."""


def main() -> int:
    """Print the share that was noticed and every survivor; 1 where too many live, or one that SURVIVORS does not explain."""
    parser = argparse.ArgumentParser(prog="python -m proof.mutants", description=__doc__)
    parser.add_argument(
        "--children", type=int, default=os.cpu_count(), help="how many at a time (default: %(default)s)"
    )
    parser.add_argument("names", nargs="*", metavar="MUTANT", help="only these, as gateway.mapping.times.*")
    said = parser.parse_args()
    tools = _installed(ROOT / ".bench" / "mutmut")
    if not said.names:
        # mutmut tries only functions that changed since: what the tests notice of the others may have changed, too.
        shutil.rmtree(MADE, ignore_errors=True)
    _run(tools, "run", "--max-children", str(said.children), *said.names)
    return _verdict(tools, dict(_outcomes()))


def _installed(home: Path) -> Path:
    """A folder with exactly what the lock lists; made anew when that changes."""
    wanted, mark = hashlib.sha256(LOCK.read_bytes()).hexdigest(), home / ".ready"
    if not mark.exists() or mark.read_text("ascii") != wanted:
        shutil.rmtree(home, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(home)]
        subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)  # noqa: S603  # our own words
        mark.write_text(wanted, "ascii")
    return home


def _run(tools: Path, *words: str) -> None:
    env = {**os.environ, "PYTHONPATH": str(tools)}
    subprocess.run([sys.executable, "-m", "mutmut", *words], cwd=ROOT, env=env, check=True)  # noqa: S603  # our own words


def _outcomes() -> Iterator[tuple[str, int | None]]:
    """Every change by its name and the tests' exit code: 0 where all passed, 33 where none comes past; None: not tried."""
    for meta in sorted(MADE.rglob("*.meta")):
        yield from json.loads(meta.read_bytes())["exit_code_by_key"].items()


def _verdict(tools: Path, outcomes: dict[str, int | None]) -> int:
    tried = {name: code for name, code in outcomes.items() if code is not None}
    living = [name for name, code in tried.items() if code in (0, 33)]
    explained = _explained(SURVIVORS.read_text("utf-8"))
    unexplained = Counter(map(_function, living)) - explained
    for name in living:
        if _function(name) in unexplained:
            _run(tools, "show", name)
    share = 1 - len(living) / len(tried)
    passed = share >= REQUIRED and not unexplained
    print(
        f"mutants measured={share:.1%} of {len(tried)} noticed, {unexplained.total()} of {len(living)} survivors unexplained "
        f"required=>={REQUIRED:.0%}, 0 {'PASS' if passed else 'FAIL'}"
    )
    return 0 if passed else 1


def _function(mutant: str) -> str:
    """`gateway.mapping.times.x__offset__mutmut_3` → `times._offset`; of a class `members.Group.opened`."""
    module, _, name = mutant.rpartition("__mutmut_")[0].rpartition(".")
    words = name[2:] if name.startswith("x_") else name.removeprefix("xǁ").replace("ǁ", ".")
    return f"{module.rpartition('.')[2]}.{words}"


def _explained(text: str) -> Counter[str]:
    """Lines `| times._offset | 2 | why |` of SURVIVORS: how many may live in which function."""
    cells = [[cell.strip(" `") for cell in line.split("|")] for line in text.splitlines() if line.startswith("| `")]
    return Counter({cell[1]: int(cell[2]) for cell in cells})


if __name__ == "__main__":
    sys.exit(main())
