"""Whose data a request is about: identity numbers (số định danh) or dossier codes, and the dossiers that are that person's."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, text

from gateway.errors import ConfigError

MOST = 1000
"""Numbers or codes of one request: more are no person's."""


class Key(NamedTuple):
    """A dossier as its portal names it. issuer: "" where a request does not say whose code it is."""

    issuer: str
    code: str


@dataclass(frozen=True)
class Subject:
    """identities: numbers the request names. named: dossiers it names. keys: the dossiers found so far.

    nationals: their codes at the national portal, under which any portal may name them. A code of a portal's own is that
    portal's alone: another one may have given it to somebody else.
    """

    identities: frozenset[str] = field(default=frozenset(), repr=False)
    named: frozenset[Key] = frozenset()
    keys: frozenset[Key] = frozenset()
    nationals: frozenset[str] = frozenset()

    @property
    def sought(self) -> frozenset[Key]:
        """The dossiers to look for."""
        return self.named | self.keys

    def has(self, code: str | None, issuers: Iterable[str]) -> bool:
        """Whether a code that one of these portals has given is that of a dossier of the person."""
        return code in self.nationals or any((issuer, code) in self.sought for issuer in ("", *issuers))

    def columns(self) -> dict[str, list[str]]:
        """The dossiers found, as two columns of a query."""
        return columns(self.keys)


def asked_for(written: str, *, by_identity: bool) -> Subject:
    """What a request names, one a line: a number, or a code with or without its portal before it (`province<TAB>code`).

    Raises ConfigError when there is none, which never shows a line.
    """
    lines = [(at, line) for at, line in enumerate(written.splitlines(), 1) if line.strip()]
    if not 0 < len(lines) <= MOST:
        kind = "identity numbers" if by_identity else "dossier codes"
        raise ConfigError(f"{len(lines)} {kind} were given", where="the request", do=f"write 1 to {MOST}, one a line")
    if by_identity:
        return Subject(identities=frozenset(_identity(line, at) for at, line in lines))
    return Subject(named=frozenset(_named(line) for _, line in lines))


def fingerprints(secret_keys: Sequence[bytes], subject: Subject) -> list[bytes]:
    """What a request asks for, as each of the secret keys tells it, in their order; nobody without the key can try numbers out."""
    said = msgspec.json.encode([sorted(subject.identities), sorted(subject.named)])
    return [hmac.digest(hmac.digest(key, b"erasure", sha256), said, sha256) for key in secret_keys]


def _named(line: str) -> Key:
    issuer, _, code = unicodedata.normalize("NFC", line).strip().rpartition("\t")
    return Key(issuer.strip(), code.strip())


def require_one_issuer(subject: Subject) -> None:
    """Raises ConfigError when a code was named without its portal, and dossiers of several portals have it: whose is meant?"""
    for code in sorted(key.code for key in subject.named - subject.keys if not key.issuer):
        issuers = sorted(key.issuer for key in subject.keys if key.code == code)
        if len(issuers) > 1 and code not in subject.nationals:
            raise ConfigError(
                f"{code} is a dossier of {' and one of '.join(issuers)}",
                where="the request",
                do="write the portal and a tab before the code",
            )


_BETWEEN = r"[\u0009-\u000D\u001C-\u0020\u0085\u00AD\u1680\u2000-\u2015\u2028-\u202F\u2060-\u2069\u2212\uFEFF.-]"
"""Blanks, dots, hyphens, dashes, and signs without width that a copied number brings along; read alike by Python and PostgreSQL,
whose `\\s` are not the same. What NFKC makes of other signs is in it."""


def bare(identity: str) -> str:
    """An identity number without what is put between its digits for the eye, as both sides are compared: 079 085.001-234."""
    return re.sub(_BETWEEN, "", unicodedata.normalize("NFKC", identity)).upper()


def _identity(line: str, at: int) -> str:
    number = bare(line)
    if not re.fullmatch(r"(?=(?:.*[0-9]){4})[0-9A-Z]{6,20}", number):
        do = "write numbers of identity cards, passports or tax codes, one a line"
        raise ConfigError(f"line {at} is no identity number", where="the request", do=do)
    return number


def held(connection: Connection, subject: Subject) -> Subject:
    """With the dossiers that core holds of it: by number, by code, and the same dossier at other portals by its national code."""
    while True:
        of_codes = [key.code for key in subject.named if not key.issuer]
        binds = {"between": _BETWEEN, "identities": list(subject.identities), "codes": [*of_codes, *subject.nationals]}
        own = [key.code for key in subject.sought]
        rows = connection.execute(text(_HELD), {**binds, "own": own, **columns(subject.sought)}).all()
        found = subject.keys | {Key(row.issuer, row.dossier_code) for row in rows}
        nationals = {row.dossier_code_national for row in rows if row.dossier_code_national}
        wider = replace(subject, keys=found, nationals=subject.nationals | nationals)
        if wider == subject:
            return subject
        subject = wider


def ids(connection: Connection, keys: Iterable[Key]) -> list[int]:
    """The dossiers' numbers in core."""
    return list(connection.scalars(text(_IDS), columns(keys)))


def columns(keys: Iterable[Key]) -> dict[str, list[str]]:
    """Dossiers as binds of SQL: issuers and keys, in one order."""
    known = sorted(keys)
    return {"issuers": [key.issuer for key in known], "keys": [key.code for key in known]}


_OF_KEYS = "(issuer, dossier_code) in (select * from unnest(cast(:issuers as text[]), cast(:keys as text[])))"

# The nation's code of a dossier is its own one at the portal it was filed at.
_HELD = f"""
    select issuer, dossier_code, dossier_code_national from core.dossier
    where upper(regexp_replace(normalize(applicant_identity, NFKC), :between, '', 'g')) = any(:identities)
        or dossier_code = any(:codes) or {_OF_KEYS}
        or dossier_code_national = any(cast(:codes as text[]) || cast(:own as text[]))"""

_IDS = f"select dossier_id from core.dossier where {_OF_KEYS} order by dossier_id"
