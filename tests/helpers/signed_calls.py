"""Calls of the simulated service that trusts only what is signed, made with the simulator's own signing."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from lxml import etree

from sandbox.secure_soap.identity import Identity
from sandbox.secure_soap.names import PASSWORD_DIGEST, WSSE, WSU, wsse
from sandbox.secure_soap.signing import sign
from sandbox.testing import Running
from tests.helpers.soap_calls import enveloped, post

PATH = "/dich-vu/ho-so"
NAMESPACE = "http://bothidu.example/hoso/1.0"
LIST = f'<DanhSachHoSo xmlns="{NAMESPACE}"><tuNgay>2026-11-01</tuNgay><denNgay>2026-11-20</denNgay></DanhSachHoSo>'
Spoil = Callable[[Any], None]


def file(running: Running, name: str) -> bytes:
    """A file that the connection names."""
    return Path(running.connections["secure-soap"]["extra"][name]).read_bytes()


def client(running: Running) -> Identity:
    """The registered client."""
    key: Any = serialization.load_pem_private_key(file(running, "signing_key"), None)
    return Identity(key, x509.load_pem_x509_certificate(file(running, "signing_certificate")))


def login(running: Running, nonce: bytes, created: str, password: str | None = None) -> str:
    """A UsernameToken with a digest."""
    known = running.connections["secure-soap"]
    secret = known["password"] if password is None else password
    digest = b64encode(hashlib.sha1(nonce + created.encode() + secret.encode()).digest()).decode()
    return (
        f"<wsse:UsernameToken><wsse:Username>{known['login']}</wsse:Username>"
        f'<wsse:Password Type="{PASSWORD_DIGEST}">{digest}</wsse:Password>'
        f"<wsse:Nonce>{b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{created}</wsu:Created></wsse:UsernameToken>"
    )


def call(
    running: Running,
    operation: str = LIST,
    *,
    nonce: bytes | None = None,
    age: timedelta = timedelta(),
    password: str | None = None,
    identity: Identity | None = None,
    spoil: Spoil | None = None,
) -> requests.Response:
    """A signed request, good unless told otherwise; `spoil` changes it after the signature."""
    created = datetime.now(UTC) - age
    root = sign(enveloped(operation), identity or client(running), created)
    token = login(running, nonce or created.isoformat().encode(), created.strftime("%Y-%m-%dT%H:%M:%SZ"), password)
    holder = etree.fromstring(f'<x xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}">{token}</x>')
    root.find(f".//{wsse('Security')}").append(holder[0])
    if spoil:
        spoil(root)
    return post(running, "secure-soap", PATH, etree.tostring(root))
