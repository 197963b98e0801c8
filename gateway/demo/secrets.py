"""Keys of the demo, generated once and kept in its state folder, readable by its owner alone."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, repr=False)
class Secrets:
    """`gateway` is GATEWAY_SECRET_KEY (base64 of 32 bytes); the others are Airflow's."""

    gateway: str
    fernet: str
    tokens: str
    sessions: str


def load_secrets(state: Path) -> Secrets:
    """The folder's keys; made at first use. Landed bytes can be read only with the key they were landed with."""
    file = state / "secrets.json"
    if file.exists():
        return Secrets(**json.loads(file.read_text(encoding="ascii")))
    secrets = Secrets(_standard(), _urlsafe(), _urlsafe(), _urlsafe())
    write_private(file, json.dumps(asdict(secrets)))
    return secrets


def write_private(file: Path, text: str) -> None:
    """Write a file of mode 0600, whole or not at all."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        output.write(text)
    draft.replace(file)


def _standard() -> str:
    return base64.b64encode(os.urandom(32)).decode("ascii")


def _urlsafe() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode("ascii")
