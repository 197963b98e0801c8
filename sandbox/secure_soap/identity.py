"""Keys and certificates, made anew at every start: whoever holds one can talk to this sandbox and to nothing else."""

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

KEY_BITS = 2048
VALID_DAYS = 365


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key and the certificate (self-signed) that goes with it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def certificate_der(self) -> bytes:
        """The certificate as a BinarySecurityToken carries it, before Base64."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


def make_identity(name: str) -> Identity:
    """A fresh identity; RSA of 2048 bits takes some 50 ms."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .sign(key, hashes.SHA256())
    )
    return Identity(key, certificate)


def write_files(client: Identity, server: Identity) -> dict[str, str]:
    """Puts what a client needs into a folder of its own, gone at the end; PEM files by the name a connection gives them."""
    folder = Path(tempfile.mkdtemp(prefix="sandbox-secure-soap-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    key = client.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    contents = {"signing_certificate": _pem(client), "signing_key": key, "portal_certificate": _pem(server)}
    for name, content in contents.items():
        (folder / f"{name}.pem").write_bytes(content)
    return {name: str(folder / f"{name}.pem") for name in contents}


def _pem(identity: Identity) -> bytes:
    return identity.certificate.public_bytes(serialization.Encoding.PEM)
