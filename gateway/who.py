"""Who does something: the process that works, so that another that has to wait can say for whom."""

from __future__ import annotations

import getpass
import os
import socket


def process() -> str:
    """`process 4711 of lan@night`: this process, its user (its number, where it has no name) and its machine."""
    return f"process {os.getpid()} of {_user()}@{socket.gethostname()}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that its machine does not know
        return str(os.getuid())
