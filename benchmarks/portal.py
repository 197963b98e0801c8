"""A portal that costs next to nothing: it sends prepared pages from files, so what is measured is the reader.

    python -m benchmarks.portal FOLDER

It speaks as much of the province's contract as a reader of the dossier search needs: the token, then pages in the order
and size in which they were prepared. It prints its address and ends when its standard input is closed, so it cannot
outlive the program that started it.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

TOKEN = "benchmark"  # noqa: S105  # opens nothing
TOKEN_PATH = "/auth/realms/digo/protocol/openid-connect/token"  # noqa: S105  # an address
SEARCH_PATH = "/pa/dossier/search"
PAGE_SIZE = 1000

_PAGE = re.compile(r"[?&]page=(\d+)")
_SIZE = re.compile(r"[?&]size=(\d+)")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


def page_file(folder: Path, number: int) -> Path:
    """Where page `number` (from 0) lies."""
    return folder / f"{number:06d}.json"


class Visitor:
    """One connection: requests one after the other until the client hangs up."""

    def __init__(self, folder: Path, connection: socket.socket) -> None:
        self._folder, self._connection = folder, connection
        self._received = b""
        # Head and body are two writes: without this the second waits for the client's acknowledgement of the first.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def serve(self) -> None:
        """Answer until the connection ends."""
        with self._connection, suppress(ConnectionError):
            while head := self._head():
                self._answer(head)

    def _head(self) -> bytes:
        """One request's line and headers; b"" at the end. A body is read and dropped."""
        while b"\r\n\r\n" not in self._received:
            more = self._connection.recv(65536)
            if not more:
                return b""
            self._received += more
        head, _, rest = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        missing = int(length[1]) - len(rest) if length else 0
        while missing > 0:
            missing -= len(self._connection.recv(missing))
        self._received = b"" if length else rest
        return head

    def _answer(self, head: bytes) -> None:
        method, target, *_ = head.split(b"\r\n", 1)[0].decode().split(" ")
        path = target.partition("?")[0]
        if (method, path) == ("POST", TOKEN_PATH):
            self._send(200, json.dumps({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}).encode())
        elif f"Bearer {TOKEN}".encode() not in head:
            self._send(401, b'{"error":"invalid_token"}')
        elif path == SEARCH_PATH and (file := self._page(target)):
            self._send_file(file)
        else:
            self._send(404, b'{"title":"Not Found","status":404}')

    def _page(self, target: str) -> Path | None:
        number, size = _PAGE.search(target), _SIZE.search(target)
        if not number or not size or int(size[1]) != PAGE_SIZE:
            return None
        file = page_file(self._folder, int(number[1]))
        return file if file.is_file() else None

    def _send(self, status: int, body: bytes) -> None:
        self._connection.sendall(_head(status, len(body)) + body)

    def _send_file(self, file: Path) -> None:
        with file.open("rb") as body:
            self._connection.sendall(_head(200, os.fstat(body.fileno()).st_size))
            self._connection.sendfile(body)


def _head(status: int, length: int) -> bytes:
    lines = (f"HTTP/1.1 {status} .", "Content-Type: application/json", f"Content-Length: {length}", "", "")
    return "\r\n".join(lines).encode()


def main(folder: Path) -> None:
    """Serve until standard input ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(json.dumps({"address": f"http://127.0.0.1:{listening.getsockname()[1]}"}), flush=True)
    threading.Thread(target=_welcome, args=(folder, listening), daemon=True).start()
    sys.stdin.read()


def _welcome(folder: Path, listening: socket.socket) -> None:
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=Visitor(folder, connection).serve, daemon=True).start()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
