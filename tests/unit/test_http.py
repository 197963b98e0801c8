"""The one HTTP client against servers that lie, cut, drip, redirect or ask for hours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.connection import Connection
from connectors.errors import FatalPortalError, PortalAway, RetriablePortalError, SessionExpired
from connectors.http.client import HttpClient, Request, RetryAfter
from connectors.http.politeness import Limits
from tests.helpers.wire import Answer, Piece, Received, Wire, answering, reply

ONCE = Limits(attempts=1, connect=5, read=5, total=10)
ASK = Request("GET", "/list", query={"page": "0"})
GOOD = reply({"ok": 1})


def client(wire: Wire, limits: Limits = ONCE) -> HttpClient:
    return HttpClient(Connection("portal_test", wire.address, "user", "pass"), limits)


def failure(answer: Answer, limits: Limits = ONCE) -> tuple[Exception, int]:
    """The error a call ends with, and how often the server was asked."""
    with answering(answer) as wire:
        with pytest.raises((RetriablePortalError, FatalPortalError)) as caught:
            client(wire, limits).send(ASK)
        return caught.value, len(wire.received)


def test_a_complete_answer_is_given_untouched() -> None:
    body = b'{"t\xc3\xaan": "a\\u0300"}\n'
    with answering(lambda _: reply(body, X_Portal="mau")) as wire:
        answer = client(wire).send(ASK)
    assert (answer.status, answer.body, answer.headers["x-portal"]) == (200, body, "mau")
    [asked] = wire.received
    assert asked.line == "GET /list?page=0 HTTP/1.1"
    assert asked.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "length", ["", "Content-Length: \xb2\r\n", "Content-Length: -2\r\n", "Content-Length: 2_0\r\n"]
)
def test_a_body_whose_end_nobody_can_prove(length: str) -> None:
    """It ends with the connection: a cut one would look just the same."""
    error, _ = failure(lambda _: f"HTTP/1.1 200 OK\r\n{length}\r\n{{}}".encode("latin-1"))
    assert isinstance(error, RetriablePortalError)
    assert "length unknown" in str(error)


@pytest.mark.parametrize("second", [2, 3])
def test_two_lengths(second: int) -> None:
    two = f"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: {second}\r\n\r\n{{}}".encode()
    error, _ = failure(lambda _: two)
    assert isinstance(error, RetriablePortalError)
    assert "two Content-Lengths" in str(error)


def test_a_chunked_body_is_put_together() -> None:
    with answering(lambda _: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n") as wire:
        assert client(wire).send(ASK).body == b"{}"


CUT: dict[str, bytes] = {
    "fewer bytes than promised": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 50,
    "no byte of those promised": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
    "a chunk that stops": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nabc",
    "in the headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
}


@pytest.mark.parametrize("how", CUT)
def test_a_cut_answer(how: str) -> None:
    error, _ = failure(lambda _: CUT[how])
    assert str(error).startswith("GET /list: the answer was cut or does not have its promised length")


def test_bytes_beyond_the_promised_length_are_not_taken_for_data() -> None:
    with answering(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}{}") as wire:
        assert client(wire).send(ASK).body == b"{}"


CHUNKS_OF_ELEVEN = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n" + b"x" * 11 + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("answer", [reply(b"x" * 11), CHUNKS_OF_ELEVEN], ids=["announced", "in chunks"])
def test_a_body_beyond_the_cap_is_not_asked_for_again(answer: bytes) -> None:
    error, asked = failure(lambda _: answer, Limits(attempts=3, max_bytes=10))
    assert isinstance(error, FatalPortalError)
    assert "the answer is too big (more than 10 bytes)" in str(error)
    assert "max_bytes" in error.do
    assert asked == 1


def test_a_body_exactly_at_the_cap() -> None:
    with answering(lambda _: reply(b"x" * 10)) as wire:
        assert len(client(wire, Limits(attempts=1, max_bytes=10)).send(ASK).body) == 10


def test_a_compressed_body_nobody_asked_for() -> None:
    error, _ = failure(lambda _: reply(b"\x1f\x8b", Content_Encoding="gzip"))
    assert "a compressed body, which was not asked for" in str(error)


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "204 No Content"])
def test_success_with_nothing_in_it(status: str) -> None:
    error, _ = failure(lambda _: reply(b"", status))
    assert str(error) == f"GET /list: HTTP {status[:3]} with an empty body → try again later"


@pytest.mark.parametrize(
    "status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"]
)
def test_a_redirect_is_never_followed(status: str) -> None:
    with answering(lambda _: GOOD) as elsewhere:
        error, asked = failure(lambda _: reply(b"", status, Location=f"{elsewhere.address}/secret?token=abc"))
    assert isinstance(error, FatalPortalError)
    assert f"HTTP {status[:3]}: the portal sends us to /secret, and redirects are never followed" in str(error)
    assert "abc" not in str(error)
    assert (asked, elsewhere.received) == (1, [])


def test_the_body_of_a_redirect_is_not_read() -> None:
    """requests reads it whole and inflated even where it is told not to follow."""
    sent: list[int] = []

    def endless(_: Received) -> Iterator[Piece]:
        yield b"HTTP/1.1 302 Found\r\nLocation: http://[::1/\r\nTransfer-Encoding: chunked\r\n\r\n"
        for number in range(1000):
            sent.append(number)
            yield b"100000\r\n" + bytes(1 << 20) + b"\r\n"

    error, _ = failure(endless)
    assert "redirects are never followed" in str(error)
    assert len(sent) < 1000


def test_a_slow_drip_is_cut_by_the_total_deadline() -> None:
    """Each byte comes well within the read timeout, so that only the total deadline can end it."""

    def drip(_: Received) -> Iterator[Piece]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"
        for _ in range(10000):
            yield b"x"
            yield 0.02

    error, _ = failure(drip, Limits(attempts=1, read=5, total=0.4))
    assert isinstance(error, RetriablePortalError)
    assert str(error).startswith("GET /list: no complete answer within 0.4 s")


def test_a_silent_server_is_cut_by_the_read_timeout() -> None:
    error, _ = failure(lambda _: iter([5.0]), Limits(attempts=1, read=0.2, total=10))
    assert str(error).startswith("GET /list: silent for 0.2 s")


def test_a_server_that_falls_silent_within_the_body() -> None:
    def falter(_: Received) -> Iterator[Piece]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
        yield 5.0

    error, _ = failure(falter, Limits(attempts=1, read=0.2, total=10))
    assert str(error).startswith("GET /list: silent for 0.2 s")


def test_nobody_listening() -> None:
    with answering(lambda _: GOOD) as wire:
        pass
    with pytest.raises(PortalAway, match="GET /list: the connection failed"):
        client(wire).send(ASK)


def test_a_server_that_hangs_up_without_a_word() -> None:
    error, _ = failure(lambda _: b"")
    assert isinstance(error, RetriablePortalError)


def test_faults_of_the_portal_are_asked_again_and_no_oftener_than_allowed() -> None:
    error, asked = failure(lambda _: reply(b"{}", "502 Bad Gateway"), Limits(attempts=2))
    assert str(error).startswith("GET /list: HTTP 502")
    assert asked == 2


def test_a_fault_that_passes_is_forgotten() -> None:
    answers = iter([reply(b"{}", "500 Internal Server Error"), GOOD])
    with answering(lambda _: next(answers)) as wire:
        assert client(wire, Limits(attempts=2)).send(ASK).status == 200


@pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden", "404 Not Found", "410 Gone"])
def test_a_refused_call_is_not_repeated(status: str) -> None:
    error, asked = failure(lambda _: reply(b"{}", status), Limits(attempts=3))
    assert isinstance(error, FatalPortalError)
    assert asked == 1


def test_an_ended_session_is_not_repeated_here() -> None:
    error, asked = failure(lambda _: reply(b"{}", "401 Unauthorized"), Limits(attempts=3))
    assert isinstance(error, SessionExpired)
    assert asked == 1


NOVEMBER = "Fri, 20 Nov 2026 08:00:0{} GMT"


@pytest.mark.parametrize(
    "headers",
    [{"Retry_After": "1"}, {"Retry_After": NOVEMBER.format(1), "Date": NOVEMBER.format(0)}, {"Retry_After": "\xb2"}],
    ids=["seconds", "a date", "nonsense, taken for one second"],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after_is_honoured(status: str, headers: dict[str, str]) -> None:
    answers = iter([reply(b"{}", status, **headers), GOOD])
    with answering(lambda _: next(answers)) as wire:
        assert client(wire, Limits(attempts=2)).send(ASK).status == 200
    first, second = wire.received
    assert second.at - first.at >= 0.99


def test_retry_after_beyond_the_cap_ends_the_call_at_once() -> None:
    limits = Limits(attempts=4, retry_after_cap=60)
    error, asked = failure(lambda _: reply(b"{}", "503 Service Unavailable", Retry_After="21600"), limits)
    assert isinstance(error, RetryAfter)
    assert (error.seconds, asked) == (21600, 1)


def test_nothing_of_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with answering(lambda _: reply(b"from the proxy")) as proxy, answering(lambda _: GOOD) as wire:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert client(wire).send(ASK).body == b'{"ok": 1}'
    assert proxy.received == []
    assert "authorization" not in wire.received[0].headers


def test_json_and_forms_are_sent_as_what_they_are() -> None:
    with answering(lambda _: GOOD) as wire:
        client(wire).send(Request("POST", "/a", body={"tên": "Hộ tịch"}))
        client(wire).send(Request("POST", "/b", form={"user name": "a&b"}))
        client(wire).send(Request("POST", "/c", form={"grant": "x"}, basic=("id", "secret")))
    posted, form, basic = wire.received
    assert posted.json == {"tên": "Hộ tịch"}
    assert posted.headers["content-type"] == "application/json; charset=utf-8"
    assert form.body == b"user+name=a%26b"
    assert basic.headers["authorization"] == "Basic aWQ6c2VjcmV0"


def test_an_error_never_quotes_the_body_or_the_query() -> None:
    secret = Request("GET", "/list", query={"cccd": "099000000001"})
    answer = reply({"hoTen": "Le Gia Dinh An"}, "500 Internal Server Error")
    with answering(lambda _: answer) as wire, pytest.raises(RetriablePortalError) as caught:
        client(wire).send(secret)
    assert "099000000001" not in str(caught.value)
    assert "Gia" not in str(caught.value)
