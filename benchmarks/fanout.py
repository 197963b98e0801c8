"""`python -m benchmarks.fanout`: a call per procedure, at a portal that takes its time for each.

The national catalogue needs one call for every procedure, so a night's length is decided by how many calls may be under way
at once. A loopback portal answers each call after 50 ms; the same calls are made with 1 and with 8 allowed in parallel,
through the connectors as the pipeline uses them. Printed: seconds of both, and how many times as fast 8 are.
"""

from __future__ import annotations

import argparse
import asyncio
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.answer import AnswerRules
from connectors.auth import AuthSpec
from connectors.connection import Connection
from connectors.formats import Format
from connectors.http.client import HttpClient
from connectors.http.politeness import Limits
from connectors.pages import StreamRequest, pages
from connectors.request import Request
from connectors.signed_in import SignedIn

LATENCY = 0.05
BODY = b'{"result": [{"MATTHC": "1.000001", "TENTTHC": "' + b"x" * 4000 + b'"}]}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            await reader.readexactly(length)
            await asyncio.sleep(LATENCY)
            writer.write(ANSWER)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


@contextmanager
def _portal() -> Iterator[str]:
    """The portal, in a loop of its own thread; asyncio.run ends whatever still waits there."""
    ready: queue.Queue[tuple[str, Callable[[], object]]] = queue.Queue()

    async def _open() -> None:
        end, loop = asyncio.Event(), asyncio.get_running_loop()
        server = await asyncio.start_server(_serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        ready.put((f"http://127.0.0.1:{port}", lambda: loop.call_soon_threadsafe(end.set)))
        await end.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(_open(),))
    thread.start()
    address, end = ready.get()
    try:
        yield address
    finally:
        end()
        thread.join()


def _seconds(address: str, calls: int, parallel: int) -> float:
    client = HttpClient(Connection("portal_bench", address), Limits(parallel=parallel))
    caller = SignedIn(client, AuthSpec(), AnswerRules(), Request("", ""))
    codes = (f"1.{number:06}" for number in range(calls))
    request = StreamRequest(Request("POST", "/g", body={}), Format(records="result"), each=("maTTHC", codes))
    began = time.perf_counter()
    received = sum(page.records for page in pages(caller, request))
    assert received == calls
    return time.perf_counter() - began


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fanout", description=__doc__)
    parser.add_argument("--calls", type=int, default=400, help="how many (default %(default)s)")
    calls = parser.parse_args().calls
    with _portal() as address:
        one, eight = (_seconds(address, calls, parallel) for parallel in (1, 8))
    print(
        f"{calls} calls of {LATENCY * 1000:.0f} ms: 1 at a time {one:.2f} s, 8 at a time {eight:.2f} s, × {one / eight:.2f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
