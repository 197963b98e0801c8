"""Who does something: the person who decides, and the process that works, so that another can say for whom it waits."""

from __future__ import annotations

import getpass
import os
import socket


def process() -> str:
    """`process 4711 of lan@night`: this process, its user and its machine."""
    return f"process {os.getpid()} of {user()}@{socket.gethostname()}"


def user() -> str:
    """The user of this machine; a number, where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that its machine does not know
        return str(os.getuid())
