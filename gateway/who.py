"""Who does something: the process that works, so that another that has to wait can say for whom."""

from __future__ import annotations

import getpass
import os
import socket


def process() -> str:
    """`process 4711 of lan@night`: this process, its user and its machine."""
    return f"process {os.getpid()} of {getpass.getuser()}@{socket.gethostname()}"
