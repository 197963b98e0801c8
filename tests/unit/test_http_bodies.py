"""Bodies sent and received: big answers packed while they arrive, content as it is, statuses a caller judges itself."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

import pytest
import zstandard

from connectors.body import PIECE, Packed
from connectors.connection import Connection
from connectors.errors import FatalPortalError, RetriablePortalError
from connectors.http.client import Answer, HttpClient, Request
from connectors.http.politeness import Limits, byte_count
from tests.helpers.wire import Piece, Received, Wire, answering, reply

ROWS = "".join(f"<row><id>{number}</id><name>Lê Thị Mẫu</name></row>\n" for number in range(5000)).encode()
ONCE = Limits(attempts=1, connect=5, read=5, total=10)


def send(wire: Wire, request: Request, limits: Limits = ONCE) -> Answer:
    return HttpClient(Connection("portal_test", wire.address), limits).send(request)


def packed(wire: Wire, limits: Limits = ONCE) -> Packed:
    body = send(wire, Request("GET", "/list", packed=True), limits).body
    assert isinstance(body, Packed)
    return body


def test_a_packed_body_gives_back_what_was_sent() -> None:
    with answering(lambda _: reply(ROWS)) as wire:
        body = packed(wire)
    assert (body.size, b"".join(body.chunks())) == (len(ROWS), ROWS)
    with body.open() as plain:
        assert plain.readline() == ROWS.splitlines(keepends=True)[0]
        assert plain.read() == ROWS.split(b"\n", 1)[1]
    assert zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body.packed)).read() == ROWS
    assert len(body.packed) < len(ROWS) / 5


def test_a_packed_body_comes_in_small_pieces() -> None:
    with answering(lambda _: reply(ROWS)) as wire:
        sizes = [len(piece) for piece in packed(wire).chunks()]
    assert len(sizes) == -(-len(ROWS) // PIECE)
    assert max(sizes) == PIECE


def test_a_packed_body_in_chunks_of_the_wire() -> None:
    def chunked(_: Received) -> Iterator[Piece]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for at in range(0, len(ROWS), 1000):
            piece = ROWS[at : at + 1000]
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
        yield b"0\r\n\r\n"

    with answering(chunked) as wire:
        assert b"".join(packed(wire).chunks()) == ROWS


def test_a_big_answer_needs_little_memory() -> None:
    piece = b"<row><id>1</id></row>" * 3000

    def long(_: Received) -> Iterator[Piece]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(piece) * 500)
        for _ in range(500):
            yield piece

    with answering(long) as wire:
        tracemalloc.start()
        body = packed(wire)
        read = sum(map(len, body.chunks()))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert read == body.size == len(piece) * 500
    assert peak < body.size / 10


def test_a_packed_body_that_was_cut() -> None:
    with answering(lambda _: reply(ROWS)[:-1]) as wire, pytest.raises(RetriablePortalError, match="the answer was cut"):
        packed(wire)


def test_the_cap_counts_plain_bytes() -> None:
    limits = Limits(attempts=1, max_bytes=len(ROWS) - 1)
    with answering(lambda _: reply(ROWS)) as wire, pytest.raises(FatalPortalError, match="too big"):
        packed(wire, limits)


def test_a_packed_body_with_nothing_in_it_is_no_success() -> None:
    with answering(lambda _: reply(b"")) as wire, pytest.raises(RetriablePortalError, match="with an empty body"):
        packed(wire)


def test_frames_of_several_makers_are_one_body() -> None:
    frames = zstandard.ZstdCompressor().compress(b"first, ") + zstandard.ZstdCompressor().compress(b"second")
    assert Packed(frames, 13).open().read() == b"first, second"


@pytest.mark.parametrize("is_packed", [True, False])
def test_an_answer_is_read_the_same_way_however_it_is_held(is_packed: bool) -> None:
    with answering(lambda _: reply(ROWS)) as wire:
        answer = send(wire, Request("GET", "/list", packed=is_packed))
    assert (answer.plain(), answer.open().read(), answer.size) == (ROWS, ROWS, len(ROWS))


def test_content_is_sent_as_it_is() -> None:
    envelope = "<Envelope>Hồ sơ</Envelope>".encode()
    with answering(lambda _: reply(b"<a/>")) as wire:
        send(wire, Request("POST", "/ws", content=envelope, content_type="text/xml; charset=utf-8"))
    [asked] = wire.received
    assert (asked.body, asked.headers["content-type"]) == (envelope, "text/xml; charset=utf-8")
    assert asked.headers["accept"] == "*/*"


def test_a_list_is_sent_as_json() -> None:
    with answering(lambda _: reply({})) as wire:
        send(wire, Request("POST", "/list", body=[{"a": 1}]))
    assert wire.received[0].json == [{"a": 1}]


def test_a_status_the_caller_judges_itself() -> None:
    with answering(lambda _: reply(b"<Fault/>", "500 Internal Server Error")) as wire:
        answer = send(wire, Request("POST", "/ws", content=b"<a/>", accept_status=(500,)), Limits(attempts=3))
    assert (answer.status, answer.body, len(wire.received)) == (500, b"<Fault/>", 1)


@pytest.mark.parametrize("head", ["204 No Content\r\n", "404 Not Found\r\nContent-Length: 0\r\n"])
def test_a_status_the_caller_judges_itself_may_be_empty(head: str) -> None:
    with answering(lambda _: f"HTTP/1.1 {head}\r\n".encode()) as wire:
        assert send(wire, Request("GET", "/list", accept_status=(204, 404))).body == b""


def test_no_status_makes_a_redirect_acceptable() -> None:
    with answering(lambda _: reply(b"x", "302 Found", Location="/b")) as wire, pytest.raises(FatalPortalError):
        send(wire, Request("GET", "/list", accept_status=(302,)))


@pytest.mark.parametrize(("text", "count"), [("64MB", 64 * 1024**2), ("512 KB", 524288), ("10", 10), (7, 7)])
def test_sizes_as_a_person_writes_them(text: str | int, count: int) -> None:
    assert byte_count(text) == count


@pytest.mark.parametrize("text", ["", "64 mb", "-1", "1.5MB", "MB"])
def test_a_size_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="64MB"):
        byte_count(text)
