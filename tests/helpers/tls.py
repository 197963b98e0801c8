"""HTTPS on loopback: a small authority that issues good and bad certificates, and a server that shows one of them."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Flaw = Literal["none", "expired", "not_yet_valid", "wrong_host", "self_signed", "other_authority"]
"""What is wrong with a server's certificate; the last two are of nobody whom the authority knows."""

LOOPBACK = "127.0.0.1"
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """Issues certificates into a folder; `bundle` is what a client must trust to accept them."""

    def __init__(self, folder: Path, name: str = "Test authority") -> None:
        self._folder = folder
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        unsigned = _unsigned(self._name, self._name, self._key, now - YEAR, now + YEAR)
        may_sign = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        unsigned = unsigned.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.certificate = unsigned.add_extension(may_sign, critical=True).sign(self._key, hashes.SHA256())
        self.bundle = folder / f"{name}.pem"
        self.bundle.write_bytes(_pem(self.certificate))

    def server(self, flaw: Flaw = "none") -> Pair:
        """A server's certificate for 127.0.0.1, with a flaw."""
        if flaw == "other_authority":
            return Authority(self._folder, "Unknown authority").server()
        now = datetime.now(UTC)
        begins = now + timedelta(days=30) if flaw == "not_yet_valid" else now - YEAR
        ends = now - timedelta(days=1) if flaw == "expired" else now + YEAR
        host = x509.DNSName("elsewhere.invalid") if flaw == "wrong_host" else x509.IPAddress(ip_address(LOOPBACK))
        return self._issue(flaw, begins, ends, x509.SubjectAlternativeName([host]), by_itself=flaw == "self_signed")

    def client(self, name: str = "gateway") -> Pair:
        """A client's certificate."""
        now = datetime.now(UTC)
        return self._issue(name, now - YEAR, now + YEAR, x509.SubjectAlternativeName([x509.DNSName(name)]))

    def _issue(
        self,
        name: str,
        begins: datetime,
        ends: datetime,
        names: x509.SubjectAlternativeName,
        *,
        by_itself: bool = False,
    ) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        issuer, signing = (_name(name), key) if by_itself else (self._name, self._key)
        unsigned = _unsigned(_name(name), issuer, key, begins, ends, signing)
        unsigned = unsigned.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        certificate = unsigned.add_extension(names, critical=False).sign(signing, hashes.SHA256())
        pair = Pair(self._folder / f"{name}-certificate.pem", self._folder / f"{name}-key.pem")
        pair.certificate.write_bytes(_pem(certificate))
        pair.key.write_bytes(_pem_key(key))
        return pair


@dataclass
class TlsServer:
    """The running server: its address, the requests it got, who its clients said they are, and failed handshakes."""

    address: str
    requests: list[bytes] = field(default_factory=list)
    clients: list[str | None] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def echo(request: bytes) -> bytes:
    """An answer in JSON that repeats the first line of a request."""
    line = request.split(b"\r\n", 1)[0].decode("latin-1")
    return answer_of(json.dumps({"line": line}).encode())


def answer_of(body: bytes) -> bytes:
    """A plain good answer in JSON."""
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def serving(
    pair: Pair,
    answer: Callable[[bytes], bytes] = echo,
    *,
    clients_of: Path | None = None,
    newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
) -> Iterator[TlsServer]:
    """A server that answers one request per connection, given its head and body.

    With `clients_of` (an authority's bundle) it demands a client's certificate of that authority; `newest` keeps it
    from speaking a newer version of TLS.
    """
    context = _context(pair, clients_of, newest)
    with socket.create_server((LOOPBACK, 0)) as listening:
        server = TlsServer(f"https://{LOOPBACK}:{listening.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listening, context, answer, server))
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word of TLS."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        yield f"https://{LOOPBACK}:{listening.getsockname()[1]}"


def _context(pair: Pair, clients_of: Path | None, newest: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    context.maximum_version = newest
    if clients_of is not None:
        context.load_verify_locations(clients_of)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _serve(
    listening: socket.socket, context: ssl.SSLContext, answer: Callable[[bytes], bytes], server: TlsServer
) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(20)
            _attend(connection, context, answer, server)


def _attend(
    connection: socket.socket, context: ssl.SSLContext, answer: Callable[[bytes], bytes], server: TlsServer
) -> None:
    """One connection, from its handshake to the end."""
    try:
        with context.wrap_socket(connection, server_side=True) as secured:
            request = _request(secured)
            if request:
                server.requests.append(request)
                server.clients.append(_client(secured))
                secured.sendall(answer(request))
    except ssl.SSLError as problem:
        server.refused.append(problem.reason)
    except OSError as problem:
        server.refused.append(type(problem).__name__)


def _request(secured: ssl.SSLSocket) -> bytes:
    """A request with its whole body; nothing when the client went away."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = secured.recv(1 << 16)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    while len(body) < _length(head):
        body += secured.recv(1 << 16)
    return head + b"\r\n\r\n" + body


def _length(head: bytes) -> int:
    fields = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in fields if name == b"content-length"), 0)


def _client(secured: ssl.SSLSocket) -> str | None:
    shown = secured.getpeercert(binary_form=True)
    if not shown:
        return None
    [name] = x509.load_der_x509_certificate(shown).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(name.value)


def _unsigned(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begins: datetime,
    ends: datetime,
    signing: ec.EllipticCurvePrivateKey | None = None,
) -> x509.CertificateBuilder:
    """A certificate with the identifiers that strict verification asks for."""
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    signer = (signing or key).public_key()
    return builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
