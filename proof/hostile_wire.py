"""Hostile answers on the wire: redirects, encodings nobody asked for, bodies without a proven end; and settings that lie."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from connectors import connection, decode
from connectors.connection import Connection
from connectors.http.client import Answer, HttpClient, Request
from connectors.http.politeness import Limits
from proof.canary import Canary
from proof.servers import Talk, serving

LIMITS = Limits(attempts=1, connect=5, read=5, total=10, max_bytes=1_000_000)
ASK = Request("GET", "/list", headers={"X-API-Key": "invented"})
PUSH = Request("POST", "/ws", content=b"<a/>", content_type="text/xml", headers={"X-API-Key": "invented"})
CHUNKED = "Transfer-Encoding: chunked"
BOMB = b"".join(b"%x\r\n%s\r\n" % (1 << 20, bytes(1 << 20)) for _ in range(30))
"""Thirty megabytes of chunks that never end."""


def fetch(address: str, request: Request = ASK, **extra: Any) -> Answer:
    """One call through the gateway's own client."""
    return HttpClient(Connection("proof", address, extra=extra), LIMITS).send(request)


def answered(raw: bytes, request: Request = ASK) -> Answer:
    """What the client makes of exactly these bytes."""

    def _manner(talk: Talk) -> None:
        if talk.hear():
            talk.say(raw)

    with serving(_manner) as port:
        return fetch(f"http://127.0.0.1:{port}", request)


def head(*lines: str, status: str = "200 OK") -> bytes:
    """A status line and headers."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def whole(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    """An answer with an honest length."""
    return head(f"Content-Length: {len(body)}", *lines, status=status) + body


Case = Callable[[Canary], object]


def _redirect(status: int, target: str, request: Request = ASK) -> Case:
    """To a target in which {canary} is the watched address and {file} a watched file."""

    def _case(bird: Canary) -> object:
        place = target.format(canary=bird.address, host=bird.address[5:], file=bird.file("redirect.xml").as_uri())
        return answered(whole(b"moved", f"Location: {place}", status=f"{status} Moved"), request)

    return _case


def _says(raw: bytes, request: Request = ASK) -> Case:
    return lambda _: answered(raw, request)


def _encoded(body: bytes, *encodings: str) -> Case:
    return _says(whole(body, *(f"Content-Encoding: {each}" for each in encodings)))


def _json(body: bytes) -> Case:
    def _case(_: Canary) -> object:
        found = decode.whole(answered(whole(body, "Content-Type: application/json")).plain())
        return [decode.record(each) for each in found]

    return _case


def _settings(**extra: Any) -> Case:
    return lambda bird: fetch(bird.address, **extra)


def _address(text: str) -> Case:
    def _case(bird: Canary) -> object:
        return fetch(
            connection.from_parts("proof", {"host": text.format(file=bird.file("address.txt").as_uri())}).address
        )

    return _case


_GZIP = gzip.compress(b'{"ok": 1}' * 1000)

REDIRECTS: Mapping[str, Case] = {
    **{
        f"redirect {status} to another host": _redirect(status, "{canary}/x")
        for status in (300, 301, 302, 303, 307, 308)
    },
    **{f"redirect {status} of a POST": _redirect(status, "{canary}/x", PUSH) for status in (302, 303, 307)},
    "redirect to a file": _redirect(302, "{file}"),
    "redirect of a POST to a file": _redirect(302, "{file}", PUSH),
    "redirect to the cloud's own address": _redirect(302, "http://169.254.169.254/latest/meta-data/"),
    "redirect without a scheme": _redirect(302, "{host}/x"),
    "redirect to another scheme": _redirect(302, "ftp://127.0.0.1/x"),
    "redirect with a bomb for a body": _says(head("Location: /x", CHUNKED, status="302 Found") + BOMB),
    "redirect with a broken address": _redirect(302, "http://[::1/x"),
    "redirect the caller would accept": _redirect(302, "{canary}/x", Request("GET", "/list", accept_status=(302,))),
}

ENCODINGS: Mapping[str, Case] = {
    "gzip nobody asked for": _encoded(_GZIP, "gzip"),
    "gzip cut short": _encoded(_GZIP[:-20], "gzip"),
    "gzip bomb": _encoded(gzip.compress(b" " * 50_000_000), "gzip"),
    "gzip within gzip": _encoded(gzip.compress(_GZIP), "gzip, gzip"),
    "deflate": _encoded(zlib.compress(b"{}"), "deflate"),
    "an encoding nobody knows": _encoded(b"{}", "foo"),
    "identity and then gzip": _encoded(_GZIP, "identity", "gzip"),
    "gzip as transfer encoding": _says(head("Transfer-Encoding: gzip, chunked") + b"2\r\n{}\r\n0\r\n\r\n"),
}

FRAMING: Mapping[str, Case] = {
    "two lengths": _says(head("Content-Length: 2", "Content-Length: 20") + b"{}"),
    "no length": _says(head() + b"{}"),
    "a negative length": _says(head("Content-Length: -1") + b"{}"),
    "a length of a petabyte": _says(head("Content-Length: 1000000000000000") + b"{}"),
    "a body cut short": _says(head("Content-Length: 9") + b"{}"),
    "a chunk cut short": _says(head(CHUNKED) + b"9\r\n{}"),
    "no last chunk": _says(head(CHUNKED) + b"2\r\n{}\r\n"),
    "a chunk of no size": _says(head(CHUNKED) + b"zz\r\n{}\r\n0\r\n\r\n"),
    "chunks beyond the cap": _says(
        head(CHUNKED) + b"10000\r\n" + b"x" * 65536 + b"\r\n" + b"ffffff\r\n" + b"x" * 1_000_000
    ),
    "headers cut short": _says(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "a thousand headers": _says(head(*(f"X-{number}: x" for number in range(1000)), "Content-Length: 2") + b"{}"),
    "a header of a megabyte": _says(head("X-Long: " + "x" * 1_000_000, "Content-Length: 2") + b"{}"),
    "success with nothing": _says(whole(b"")),
    "no HTTP at all": _says(b"SSH-2.0-OpenSSH_9.2\r\n"),
}

DOCUMENTS: Mapping[str, Case] = {
    "a login page in place of JSON": _json(b"<!doctype html><title>Sign in</title>"),
    "JSON nested a hundred thousand deep": _json(b"[" * 100_000 + b"]" * 100_000),
    "JSON in UTF-16": _json('{"a": "ă"}'.encode("utf-16")),
    "JSON in windows-1258": _json('{"a": "đ"}'.encode("cp1258")),
    "JSON cut short": _json(b'[{"a": 1}, {"a"'),
}

SETTINGS: Mapping[str, Case] = {
    "verification switched off": _settings(verify=False),
    "a proxy that is a file": _settings(proxy="file:///etc/passwd"),
    "an address that is a file": _address("{file}"),
    "an address of another scheme": _address("gopher://127.0.0.1/x"),
}

CASES: Mapping[str, Case] = {**REDIRECTS, **ENCODINGS, **FRAMING, **DOCUMENTS, **SETTINGS}
