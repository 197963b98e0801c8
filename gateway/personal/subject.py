"""Whose data a request is about: identity numbers (số định danh) or dossier codes, and the dossiers that are that person's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlalchemy import Connection, text

from gateway.errors import ConfigError

MOST = 1000
"""Numbers or codes of one request: more are no person's."""


class Key(NamedTuple):
    """A dossier as its portal names it."""

    issuer: str
    code: str


@dataclass(frozen=True)
class Subject:
    """identities: numbers the request names. codes: dossier codes it names. keys: the dossiers found so far."""

    identities: frozenset[str] = field(default=frozenset(), repr=False)
    codes: frozenset[str] = frozenset()
    keys: frozenset[Key] = frozenset()

    @property
    def known_as(self) -> frozenset[str]:
        """Every code under which some portal may name one of the dossiers."""
        return self.codes | {key.code for key in self.keys}


def asked_for(written: str, *, by_identity: bool) -> Subject:
    """What a request names, one number or code a line. Raises ConfigError when there is none, which never shows a line."""
    read = _identity if by_identity else _code
    lines = frozenset(read(line, at) for at, line in enumerate(written.splitlines(), 1) if line.strip())
    if not 0 < len(lines) <= MOST:
        kind = "identity numbers" if by_identity else "dossier codes"
        raise ConfigError(f"{len(lines)} {kind} were given", where="the request", do=f"write 1 to {MOST}, one a line")
    return Subject(identities=lines) if by_identity else Subject(codes=lines)


def bare(identity: str) -> str:
    """An identity number without what is put between its digits for the eye, as both sides are compared: 079 085.001-234."""
    return re.sub(r"[\s.\u2010-\u2015-]", "", unicodedata.normalize("NFKC", identity)).upper()


def _identity(line: str, at: int) -> str:
    number = bare(line)
    if not re.fullmatch(r"(?=(?:.*[0-9]){4})[0-9A-Z]{6,20}", number):
        do = "write numbers of identity cards, passports or tax codes, one a line"
        raise ConfigError(f"line {at} is no identity number", where="the request", do=do)
    return number


def _code(line: str, _: int) -> str:
    return unicodedata.normalize("NFC", line).strip()


def held(connection: Connection, subject: Subject) -> Subject:
    """With the dossiers that core holds of it: by number, by code, and the same dossier at other portals by its national code."""
    while True:
        binds = {"identities": list(subject.identities), "codes": list(subject.known_as)}
        rows = connection.execute(text(_HELD), {**binds, **columns(subject.keys)}).all()
        found = subject.keys | {Key(row.issuer, row.dossier_code) for row in rows}
        nationals = {row.dossier_code_national for row in rows if row.dossier_code_national}
        wider = replace(subject, keys=found, codes=subject.codes | nationals)
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

# By its own code or by the nation's: the nation's code of a dossier is another portal's own one.
_HELD = f"""
    select issuer, dossier_code, dossier_code_national from core.dossier
    where upper(regexp_replace(applicant_identity, '[\\s.-]', '', 'g')) = any(:identities)
        or dossier_code = any(:codes) or dossier_code_national = any(:codes) or {_OF_KEYS}"""

_IDS = f"select dossier_id from core.dossier where {_OF_KEYS} order by dossier_id"
