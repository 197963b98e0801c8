"""Ports on 127.0.0.1: a free one, and whether a process of ours really has it."""

from __future__ import annotations

import socket

import psutil

from gateway.demo.lifesigns import family


def free_port() -> int:
    """A port that was free a moment ago. Another program may take it before its user does: be ready to try again."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def listens(pid: int, port: int) -> bool:
    """True when this process or a child of it listens there, and not some other program that answers in its place."""
    try:
        processes = family([psutil.Process(pid)])
        return any(_has(process, port) for process in processes)
    except psutil.Error:
        return False


def _has(process: psutil.Process, port: int) -> bool:
    try:
        connections = process.net_connections(kind="tcp")
    except psutil.Error:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in connections)
