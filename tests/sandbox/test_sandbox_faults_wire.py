"""Misbehaviour of the connection, seen from a bare socket."""

import gzip
import socket
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.testing import Running, end, running_program

pytestmark = pytest.mark.filterwarnings("error")
HOUR = 3600
POLLS = 5000


@dataclass(frozen=True)
class Seen:
    """What came before the connection ended, and how it ended."""

    head: list[str]
    body: bytes
    is_headed: bool
    is_reset: bool

    def values(self, name: str) -> list[str]:
        """Every value of a header."""
        pairs = (line.partition(": ") for line in self.head)
        return [value for key, _, value in pairs if key.lower() == name]


def connect(sandbox: Running, token: str, fault: str) -> socket.socket:
    """A connection with one call sent, for a page of three dossiers, spoiled by its header."""
    place = urlsplit(sandbox.province)
    connection = socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=20)
    request = f"GET /pa/dossier/search?size=3 HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Bearer {token}\r\n"
    connection.sendall(f"{request}X-Sandbox-Fault: {fault}\r\n\r\n".encode())
    return connection


def seen(sandbox: Running, token: str, fault: str) -> Seen:
    """Everything a call gets until the connection ends; TimeoutError when it does not."""
    received, is_reset = b"", False
    with connect(sandbox, token, fault) as connection:
        try:
            while piece := connection.recv(1 << 16):
                received += piece
        except ConnectionResetError:
            is_reset = True
    head, found, body = received.partition(b"\r\n\r\n")
    return Seen(head.decode().splitlines(), body, bool(found), is_reset)


@pytest.fixture(scope="module")
def good(sandbox: Running, token: str) -> bytes:
    """The body of the page when nothing is wrong."""
    return sandbox.province_get("/pa/dossier/search", token, size=3).content


def test_reset_ends_in_the_middle_of_the_body_with_rst(sandbox: Running, token: str, good: bytes) -> None:
    answer = seen(sandbox, token, "reset")
    assert answer.is_reset
    assert len(answer.body) < len(good)


def test_cut_headers_end_after_the_first_of_them(sandbox: Running, token: str) -> None:
    answer = seen(sandbox, token, "cut_headers")
    assert not answer.is_headed
    assert answer.head[0] == "HTTP/1.1 200 OK"
    assert len(answer.head) == 2


@pytest.mark.parametrize("kind", ["drip_headers", "drip_body"])
def test_a_dripping_answer_is_whole_in_the_end(sandbox: Running, token: str, good: bytes, kind: str) -> None:
    answer = seen(sandbox, token, f"{kind};seconds=0")
    assert answer.body == good
    assert answer.values("content-length") == [str(len(good))]


def test_a_dripping_gzip_is_whole_in_the_end(sandbox: Running, token: str, good: bytes) -> None:
    answer = seen(sandbox, token, "drip_gzip;seconds=0")
    assert answer.values("content-encoding") == ["gzip"]
    assert gzip.decompress(answer.body) == good


def test_the_first_drop_comes_and_no_second(sandbox: Running, token: str) -> None:
    with connect(sandbox, token, f"drip_headers;seconds={HOUR}") as connection:
        assert connection.recv(100) == b"H"
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(100)


@pytest.mark.parametrize("length", ["short", "long", "two"])
def test_a_wrong_length_goes_with_the_whole_body(sandbox: Running, token: str, good: bytes, length: str) -> None:
    answer = seen(sandbox, token, f"wrong_length;length={length}")
    said = [int(value) for value in answer.values("content-length")]
    assert answer.body == good
    assert {
        "short": len(said) == 1 and said[0] < len(good),
        "long": len(said) == 1 and said[0] > len(good),
        "two": len(set(said)) == 2,
    }[length]


def test_a_body_may_have_no_length_whole_or_cut(sandbox: Running, token: str, good: bytes) -> None:
    whole, cut = seen(sandbox, token, "no_length"), seen(sandbox, token, "no_length;cut=true")
    assert (whole.body, cut.body) == (good, good[: len(good) // 2])
    assert whole.values("content-length") == whole.values("transfer-encoding") == []


def test_a_chunk_is_cut(sandbox: Running, token: str, good: bytes) -> None:
    answer = seen(sandbox, token, "cut_chunk")
    size, _, part = answer.body.partition(b"\r\n")
    assert answer.values("transfer-encoding") == ["chunked"]
    assert int(size, 16) == len(good) > len(part)


def test_hang_up_closes_after_a_good_answer_without_a_word(sandbox: Running, token: str, good: bytes) -> None:
    answer = seen(sandbox, token, "hang_up")
    assert answer.body == good
    assert answer.values("connection") == []


def test_a_wire_fault_can_be_ordered_and_a_client_sees_an_error(sandbox: Running, token: str) -> None:
    sandbox.order("province", "faults", {"match": "/pa/dossier", "kind": "reset"})
    with pytest.raises(requests.exceptions.RequestException):
        sandbox.province_get("/pa/dossier/search", token, size=3)
    assert sandbox.province_get("/pa/dossier/search", token, size=3).status_code == 200


def test_a_call_without_an_end_does_not_hold_up_the_end_of_the_sandbox() -> None:
    """Every polite poll is an answer of the sandbox, so their number bounds the wait."""
    kinds = ["hang", f"drip_body;seconds={HOUR}", f"slow;seconds={HOUR}"]
    answers: dict[str, Seen] = {}
    with running_program("--dossiers", "10", "--only", "province") as running:
        token = running.province_token()
        calls = [
            threading.Thread(target=lambda kind=kind: answers.update({kind: seen(running, token, kind)}))
            for kind in kinds
        ]
        for call in calls:
            call.start()
        assert any(spoiled_calls(running) == len(kinds) for _ in range(POLLS))
        assert end(running.process) == 0
        for call in calls:
            call.join()
    assert answers["hang"].head == []
    assert len(answers[kinds[1]].body) == 1
    assert len(answers) == len(kinds)


def spoiled_calls(running: Running) -> int:
    """How many calls the province has spoiled so far."""
    ledger = running.http.get(f"{running.province}/_sandbox/ledger", timeout=10).json()
    return sum(ledger["spoiled"].values())


def test_a_portal_may_do_the_work_and_keep_silent_about_it(sandbox: Running) -> None:
    """A sign-in whose answer is lost still opens a session, which `expire` counts."""

    def sessions_after(done: bool) -> int:
        sandbox.order("national", "expire", {})
        login = {"username": "000.00.00.H15", "password": "sandbox"}
        sandbox.order("national", "faults", {"match": "login", "kind": "status", "status": 500, "done": done})
        assert sandbox.national_post("login", login).status_code == 500
        return int(sandbox.order("national", "expire", {}).json()["expired"])

    assert [sessions_after(done=False), sessions_after(done=True)] == [0, 1]
