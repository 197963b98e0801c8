"""A new file that only its owner may read, from the first byte on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gateway.errors import ConfigError


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """An empty file with mode 0600 to write to; whatever goes wrong, it is taken away again.

    Raises ConfigError where there is such a file already, or none can be written.
    """
    try:
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise _unwritten(path, error) from None
    try:
        with file:
            yield file
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _unwritten(path, error) from None
        raise


def _unwritten(path: Path, error: OSError) -> ConfigError:
    what = f"the file could not be written ({error.strerror})"
    return ConfigError(what, where=str(path), do="name a new file in your own folder, on a disk with room")
