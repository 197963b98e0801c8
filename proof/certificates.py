"""A certificate authority of a few lines, for TLS servers on loopback. Its keys live as long as one proof."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


class Authority:
    """Issues certificates into a folder; `bundle` is the file that whoever trusts it names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Proof CA")])
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        own = self._builder(self._name, self._key.public_key(), _DAY).add_extension(constraints, critical=True)
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def issue(self, host: str = "127.0.0.1", *, lasts: timedelta = _DAY) -> Path:
        """A file with a new key and its certificate for an address; `lasts` may be negative: expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        builder = self._builder(x509.Name([]), key.public_key(), lasts).add_extension(names, critical=True)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file = self._folder / f"{host}-{key.public_key().public_numbers().x:x}.pem"
        file.write_bytes(secret + builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        return file

    def server(self, host: str = "127.0.0.1", *, lasts: timedelta = _DAY, asks_client: bool = False) -> ssl.SSLContext:
        """The server's side of TLS; `asks_client`: it takes only clients with a certificate of this authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.issue(host, lasts=lasts))
        if asks_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.bundle)
        return context

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, lasts: timedelta) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 3 * _DAY)
            .not_valid_after(now + lasts)
        )
