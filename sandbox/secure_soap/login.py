"""Checks who calls and when: UsernameToken with a digest, a nonce that was never seen, and a fresh Timestamp."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import UTC, datetime, timedelta
from hashlib import sha1

from sandbox.secure_soap.names import CLOCK_SKEW_SECONDS, PASSWORD, PASSWORD_DIGEST, USERNAME, wsse, wsu
from sandbox.secure_soap.refusal import FAILED_LOGIN, INVALID, SecurityFault
from sandbox.soap.message import Element

SKEW = timedelta(seconds=CLOCK_SKEW_SECONDS)


class Doorkeeper:
    """Remembers the nonces it has seen for as long as their Created is fresh."""

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}

    def check(self, security: Element) -> None:
        """Raises SecurityFault unless a known user sends something fresh for the first time."""
        now = datetime.now(UTC)
        token = security.find(wsse("UsernameToken"))
        if token is None:
            raise SecurityFault(INVALID, "UsernameToken is missing")
        nonce, created = _text(token, wsse("Nonce")), _text(token, wsu("Created"))
        password = token.find(wsse("Password"))
        if password is None or password.get("Type") != PASSWORD_DIGEST:
            raise SecurityFault(INVALID, "PasswordDigest is demanded")
        if (_text(token, wsse("Username")), password.text) != (USERNAME, password_digest(nonce, created, PASSWORD)):
            raise SecurityFault(FAILED_LOGIN, "The security token could not be authenticated")
        _check_fresh(created, now)
        self._check_unseen(nonce, now)

    def _check_unseen(self, nonce: str, now: datetime) -> None:
        self._seen = {seen: until for seen, until in self._seen.items() if until > now}
        if nonce in self._seen:
            raise SecurityFault(FAILED_LOGIN, "The nonce was used before")
        self._seen[nonce] = now + 2 * SKEW


def check_timestamp(security: Element) -> None:
    """Raises SecurityFault unless the Timestamp was created now (give or take five minutes) and has not expired."""
    timestamp, now = security.find(wsu("Timestamp")), datetime.now(UTC)
    if timestamp is None:
        raise SecurityFault(INVALID, "Timestamp is missing")
    _check_fresh(_text(timestamp, wsu("Created")), now)
    expires = _text(timestamp, wsu("Expires"))
    if expires and _instant(expires) < now:
        raise SecurityFault("wsse:MessageExpired", "The message has expired")


def password_digest(nonce: str, created: str, password: str) -> str:
    """Base64(SHA1(nonce + created + password)), with the nonce out of its Base64."""
    try:
        raw = b64decode(nonce, validate=True)
    except Base64Error:
        raise SecurityFault(INVALID, "Nonce is not Base64") from None
    return b64encode(sha1(raw + created.encode() + password.encode(), usedforsecurity=False).digest()).decode()


def _check_fresh(created: str, now: datetime) -> None:
    if abs(_instant(created) - now) > SKEW:
        raise SecurityFault("wsse:MessageExpired", "Created is too far from the time here")


def _instant(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise SecurityFault(INVALID, "Not an instant") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _text(parent: Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()
