"""The folder beside the simulated portals: filled at the start, filled anew as days pass, gone at the end."""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sandbox.files.folder import WRITERS, fill
from sandbox.world.world import World

NAME = "files"
AGE_SECONDS = 3600
"""How long ago the files seem to have been written: whoever waits until a file is settled need not wait for these."""


@contextmanager
def sent_files(world: World) -> Generator[dict[str, Any], None, None]:
    """The connection (in Airflow's words) of a folder that holds the files of the world's day, while the block lasts."""
    with TemporaryDirectory(prefix="sandbox-files-") as place:
        folder = Path(place)

        def _send() -> None:
            fill(folder, world)
            then = time.time() - AGE_SECONDS
            for name in WRITERS:
                os.utime(folder / name, (then, then))

        _send()
        world.each_time(_send)
        yield {"conn_type": "file", "host": folder.as_uri()}
