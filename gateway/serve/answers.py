"""The answers about sets and versions, and how the gateway is. The OpenAPI document takes their schemas from here."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class Set(msgspec.Struct):
    """A set in brief. rows: null for one that is not open: a total would tell what open counts leave out. access: `anyone`, or `key`
    for one that is shared with agencies only. about: where more is said.
    """

    dataset: str
    title: str
    version: str
    contract_version: str
    rows: int | None
    published_at: datetime
    access: Literal["anyone", "key"]
    about: str


class Sets(msgspec.Struct):
    """All published sets, by name."""

    sets: list[Set]


class Column(msgspec.Struct):
    """A column as the contract says it. code_list: the list that its values are of, or empty."""

    name: str
    title_vi: str
    description: str
    description_vi: str
    type: str
    is_key: bool
    is_always_filled: bool
    classification: str
    code_list: str


class WholeSet(msgspec.Struct):
    """A set with its contract. latency_hours: how old it may be. retention_hours: how long older versions are kept; null: for ever."""

    set: Set
    purpose: str
    key: list[str]
    latency_hours: int | None
    retention_hours: int | None
    streams: list[str]
    columns: list[Column]
    links: dict[str, str]


class File(msgspec.Struct):
    """A file of a version. sha256: its checksum, which is its ETag too."""

    name: str
    bytes: int
    sha256: str
    href: str


class Version(msgspec.Struct):
    """A version of a set. rows: null for who may read a part of them only. since: where one who has this version goes on in the changes."""

    version: str
    contract_version: str
    rows: int | None
    published_at: datetime
    since: str
    files: list[File]


class Versions(msgspec.Struct):
    """The versions that are kept, newest first."""

    dataset: str
    versions: list[Version]


class SetHealth(msgspec.Struct):
    """How long ago a set was last switched to another version. A set that does not change grows old in good health."""

    dataset: str
    version: str
    age_seconds: int


class Health(msgspec.Struct):
    """Whether the gateway can answer."""

    state: Literal["ok"]
    sets: list[SetHealth]


class Problem(msgspec.Struct, omit_defaults=True):
    """Why there is no answer (RFC 9457), in English and Vietnamese, and what to do. parameter: the one that is wrong."""

    type: str
    status: int
    title: str
    detail: str
    do: str
    title_vi: str
    detail_vi: str
    do_vi: str
    parameter: str = ""
    version: str = ""
    rows: str = ""
