"""Through which network a portal is reached: proxy, source address, TLS with its refusals, and what cannot be set."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.connection import Connection
from connectors.errors import FatalPortalError, OutcomeUnknown, PortalAway, RetriablePortalError
from connectors.http.client import HttpClient, Request
from connectors.http.network import Network, WrongNetwork
from connectors.http.politeness import Limits
from proof.certificates import Authority
from proof.servers import Manner, Talk, serving
from tests.helpers.wire import answering, reply

ASK = Request("GET", "/list", query={"cccd": "099000000001"})
GOOD = reply({"ok": 1})
ONCE = Limits(attempts=3, connect=5, read=5, total=10)


def client(address: str, network: Network | None = None, **extra: Any) -> HttpClient:
    return HttpClient(Connection("portal_test", address, extra=extra), ONCE, network)


def test_a_proxy_named_by_the_connection_is_used_with_its_password() -> None:
    with answering(lambda _: GOOD) as proxy:
        named = proxy.address.replace("//", "//user:secret@")
        assert client("http://portal.invalid", proxy=named).send(ASK).status == 200
    [asked] = proxy.received
    assert asked.line == "GET http://portal.invalid/list?cccd=099000000001 HTTP/1.1"
    assert asked.headers["proxy-authorization"] == "Basic dXNlcjpzZWNyZXQ="


def test_the_connections_proxy_wins_over_the_mappings() -> None:
    with answering(lambda _: GOOD) as wrong, answering(lambda _: GOOD) as right:
        client("http://portal.invalid", Network(proxy=wrong.address), proxy=right.address).send(ASK)
        assert (len(wrong.received), len(right.received)) == (0, 1)


def test_a_proxy_that_refuses_the_tunnel() -> None:
    with answering(lambda _: reply(b"", "407 Proxy Authentication Required")) as proxy:
        with pytest.raises(PortalAway, match="the proxy does not let us through"):
            client("https://portal.invalid", proxy=proxy.address).send(ASK)
        assert {each.line.rpartition(" ")[0] for each in proxy.received} == {"CONNECT portal.invalid:443"}


def _peer(seen: list[str]) -> Manner:
    def manner(talk: Talk) -> None:
        seen.append(talk.sock.getpeername()[0])
        talk.hear()
        talk.say(GOOD)

    return manner


@pytest.mark.parametrize("behind_proxy", [False, True])
def test_calls_leave_from_the_source_address(behind_proxy: bool) -> None:
    seen: list[str] = []
    with serving(_peer(seen)) as port:
        server = f"http://127.0.0.1:{port}"
        network = Network(source_address="127.0.0.2", proxy=server if behind_proxy else "")
        client(server, network).send(ASK)
    assert seen == ["127.0.0.2"]


def test_a_source_address_this_machine_does_not_have() -> None:
    with answering(lambda _: GOOD) as wire, pytest.raises(FatalPortalError, match="does not have that source address"):
        client(wire.address, source_address="192.0.2.1").send(ASK)


def test_one_connection_serves_several_calls_until_it_is_hung_up() -> None:
    heard: list[bytes] = []
    kept = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    def manner(talk: Talk) -> None:
        while head := talk.hear():
            heard.append(head[:9])
            talk.say(kept)
        heard.append(b"hung up")

    with serving(manner) as port:
        portal = client(f"http://127.0.0.1:{port}")
        portal.send(ASK)
        portal.send(ASK)
        portal.close()
    assert heard == [b"GET /list", b"GET /list", b"hung up"]


@pytest.mark.parametrize("name", ["verify", "insecure", "Verify"])
def test_verification_cannot_be_switched_off(name: str) -> None:
    with pytest.raises(WrongNetwork, match="certificates are always verified"):
        client("https://127.0.0.1", **{name: False})


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "no such file": ({"ca_bundle": "/nowhere.pem"}, "ca_bundle: no file /nowhere.pem"),
    "no certificates": ({"ca_bundle": __file__}, "holds no certificates in PEM form"),
    "no key": ({"client_certificate": __file__}, "cannot be used together"),
    "a key alone": ({"client_key": __file__}, "client_key without client_certificate"),
    "a proxy of another kind": ({"proxy": "socks5://127.0.0.1:1"}, "proxy is not an http(s) address"),
    "a proxy that is a file": ({"proxy": "file:///etc/passwd"}, "proxy is not an http(s) address"),
    "no address": ({"source_address": "portal.example"}, "is not an IP address"),
}


@pytest.mark.parametrize("how", WRONG)
def test_settings_that_cannot_be_used_are_known_before_the_first_call(how: str) -> None:
    extra, said = WRONG[how]
    with pytest.raises(WrongNetwork) as caught:
        client("https://127.0.0.1", **extra)
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_mapping_may_not_hold_the_proxys_password() -> None:
    with pytest.raises(WrongNetwork, match="the proxy in the mapping has a user or password in it") as caught:
        client("https://127.0.0.1", Network(proxy="http://user:hidden@127.0.0.1:1"))
    assert "hidden" not in str(caught.value)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def _secure(authority: Authority, **server: Any) -> Manner:
    context = authority.server(**server)

    def manner(talk: Talk) -> None:
        with talk.secured(context) as secured:
            if secured.hear():
                secured.say(GOOD)

    return manner


def _ask_over_tls(manner: Manner, request: Request = ASK, **extra: str) -> tuple[Any, int]:
    """The answer or the error, and how often the server was called."""
    calls: list[int] = []

    def counted(talk: Talk) -> None:
        calls.append(1)
        manner(talk)

    with serving(counted) as port:
        try:
            return client(f"https://127.0.0.1:{port}", **extra).send(request).status, len(calls)
        except (FatalPortalError, PortalAway, OutcomeUnknown) as error:
            return error, len(calls)


def test_a_portal_with_an_authority_of_its_own(authority: Authority) -> None:
    assert _ask_over_tls(_secure(authority), ca_bundle=str(authority.bundle)) == (200, 1)


def test_a_portal_that_wants_our_certificate(authority: Authority) -> None:
    ours = str(authority.issue())
    secure = _secure(authority, asks_client=True)
    assert _ask_over_tls(secure, ca_bundle=str(authority.bundle), client_certificate=ours) == (200, 1)


REFUSED: dict[str, tuple[Callable[[Authority], Manner], bool, str]] = {
    "expired": (lambda ca: _secure(ca, lasts=timedelta(days=-1)), True, "the portal's certificate has expired"),
    "wrong host": (lambda ca: _secure(ca, host="127.0.0.9"), True, "the portal's certificate is for another host"),
    "unknown authority": (_secure, False, "the portal's certificate comes from an unknown authority (CA)"),
    "no certificate of ours": (
        lambda ca: _secure(ca, asks_client=True),
        True,
        "the portal demands a client certificate",
    ),
    "no TLS at all": (lambda _: lambda talk: talk.say(GOOD), True, "the other side does not speak TLS"),
}


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("how", REFUSED)
def test_what_tls_refuses_is_said_plainly_and_not_tried_again(how: str, repeatable: bool, authority: Authority) -> None:
    manner, trusted, said = REFUSED[how]
    extra = {"ca_bundle": str(authority.bundle)} if trusted else {}
    error, calls = _ask_over_tls(manner(authority), Request("POST", "/a", body={}, repeatable=repeatable), **extra)
    assert isinstance(error, FatalPortalError)
    assert said in str(error)
    assert error.do
    assert calls == 1


def test_a_handshake_that_breaks_off_may_go_well_later(authority: Authority) -> None:
    error, calls = _ask_over_tls(lambda talk: talk.sock.close())
    assert isinstance(error, PortalAway)
    assert calls == 3


def test_a_header_that_cannot_be_written() -> None:
    with answering(lambda _: GOOD) as wire:
        for value in ("Hồ sơ", "a\r\nX-Smuggled: b"):
            with pytest.raises(FatalPortalError, match="the call cannot be written"):
                client(wire.address).send(ASK.with_headers({"X-Name": value}))
        assert wire.received == []


def test_the_library_logs_nothing_of_our_calls(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    odd = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n no header\r\n\r\n{}"
    for answer in (GOOD, odd):
        with answering(lambda _, answer=answer: answer) as wire, suppress(RetriablePortalError):
            client(wire.address).send(ASK)
    assert "099000000001" not in caplog.text


def test_what_others_ask_for_with_the_library_is_still_logged(caplog: pytest.LogCaptureFixture) -> None:
    import urllib3

    caplog.set_level(logging.DEBUG)
    with answering(lambda _: GOOD) as wire:
        client(wire.address).send(ASK)
        with urllib3.PoolManager(timeout=5, retries=False) as others:
            others.request("GET", f"{wire.address}/other")
    assert "/other" in caplog.text
    assert "/list" not in caplog.text


def test_loopback_addresses_beside_the_first_are_there() -> None:
    """What the test of source addresses rests on."""
    with socket.create_server(("127.0.0.2", 0)):
        pass
