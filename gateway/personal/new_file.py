"""A new file that only its owner may read, from the first byte on."""

from __future__ import annotations

import os
from pathlib import Path

from gateway.errors import ConfigError


def write_new(path: Path, content: bytes) -> None:
    """Write it with mode 0600. Raises ConfigError where there is such a file already, or none can be written."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise ConfigError(
            f"the file could not be written ({error.strerror})",
            where=str(path),
            do="name a new file in your own folder",
        ) from None
