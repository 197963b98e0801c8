"""Settings, read from the environment once, at the edge of a command or task."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gateway.errors import ConfigError

HOME = Path(__file__).resolve().parent.parent
"""The folder that holds mappings/ and schemas/: the repository, or the image's application folder."""


@dataclass(frozen=True)
class Settings:
    """Where things are. stop_file: while it exists nothing is delivered. public_url: where readers find
    the shared sets; no catalogue of them is written while it is empty. secret_keys: newest first; the first wraps new data
    keys, all of them unwrap old ones.
    """

    database_url: str
    landing: str
    datasets: Path
    mappings: tuple[Path, ...]
    schemas: Path
    stop_file: Path = Path(".gateway/stop-delivery")
    public_url: str = ""
    secret_keys: tuple[bytes, ...] = field(default=(), repr=False)


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read GATEWAY_DATABASE_URL, _LANDING, _DATASETS, _MAPPINGS, _STOP_FILE, _PUBLIC_URL and _SECRET_KEY.

    Only what a command then really uses must be set: an empty value is complained about where it is needed.
    """
    return Settings(
        database_url=environ.get("GATEWAY_DATABASE_URL", ""),
        landing=environ.get("GATEWAY_LANDING", ""),
        datasets=Path(environ.get("GATEWAY_DATASETS", "") or ".gateway/datasets"),
        mappings=mapping_folders(environ),
        schemas=HOME / "schemas",
        stop_file=Path(environ.get("GATEWAY_STOP_FILE", "") or ".gateway/stop-delivery"),
        public_url=_public_url(environ.get("GATEWAY_PUBLIC_URL", "").strip()),
        secret_keys=_secret_keys(environ.get("GATEWAY_SECRET_KEY", "")),
    )


def mapping_folders(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The folders of GATEWAY_MAPPINGS (separated as in PATH), or the mappings/ that came with the gateway."""
    named = environ.get("GATEWAY_MAPPINGS", "")
    folders = tuple(Path(part) for part in named.split(os.pathsep) if part) or (HOME / "mappings",)
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(
                f"no folder {folder}", where="GATEWAY_MAPPINGS", do="name folders that hold portal folders"
            )
    return folders


def needed(value: str, name: str, example: str) -> str:
    """`value`, or a ConfigError that names the variable to set."""
    if not value:
        raise ConfigError(f"{name} is not set", do=f"set it, for example {name}={example}")
    return value


def _public_url(text: str) -> str:
    parts = urlsplit(text) if _BARE.fullmatch(text) else None
    if text and (parts is None or parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ConfigError(
            "not the address of a place on the web", where="GATEWAY_PUBLIC_URL", do="write https://data.example.vn"
        )
    return text.rstrip("/")


_BARE = re.compile(r"[^\s?#<>\"{}|\\^`\[\]]*")
"""An address that more can be written behind."""


def _secret_keys(text: str) -> tuple[bytes, ...]:
    keys = []
    for number, part in enumerate(filter(None, (part.strip() for part in text.split(","))), 1):
        try:
            key = base64.b64decode(part, validate=True)
        except ValueError:
            key = b""
        if len(key) != 32:
            raise ConfigError(
                f"key {number} is not base64 of 32 bytes",
                where="GATEWAY_SECRET_KEY",
                do="make one with: python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'",
            )
        keys.append(key)
    return tuple(keys)
