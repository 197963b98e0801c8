"""Tables of access in schema `ops`: agencies that read (consumers), their keys and rights, and the audit chain, which only grows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.core import metadata

consumer = Table(
    "consumer",
    metadata,
    Column("consumer_id", BigInteger, Identity(), primary_key=True),
    Column("consumer_code", Text, nullable=False, comment="a short name of letters, digits and hyphens"),
    Column("consumer_name", Text, nullable=False, comment="the agency or system that reads"),
    Column("added_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column(
        "calls_per_minute",
        Integer,
        nullable=False,
        server_default=text("120"),
        comment="beyond them the API asks to wait",
    ),
    Column(
        "rows_per_day",
        BigInteger,
        nullable=False,
        server_default=text("5000000"),
        comment="rows and changes of one day in Vietnam, beyond which the API asks to wait",
    ),
    schema="ops",
)
Index("uq_consumer_consumer_code", consumer.c.consumer_code, unique=True)


def _of_consumer(*, is_key: bool = False) -> Column[Any]:
    reference = ForeignKey("ops.consumer.consumer_id")
    return Column("consumer_id", BigInteger, reference, primary_key=is_key, autoincrement=False, nullable=False)


consumer_day = Table(
    "consumer_day",
    metadata,
    _of_consumer(is_key=True),
    Column("day", Date, primary_key=True, comment="in Vietnam"),
    Column("row_count", BigInteger, nullable=False, comment="rows and changes that were given"),
    CheckConstraint("row_count >= 0", name="row_count"),
    schema="ops",
)

consumer_key = Table(
    "consumer_key",
    metadata,
    Column("key_id", BigInteger, Identity(), primary_key=True),
    _of_consumer(),
    Column("prefix", Text, nullable=False, comment="the part of the key that may be seen"),
    Column("secret_sha256", LargeBinary, nullable=False, comment="of the part that only its holder has"),
    Column("issued_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    schema="ops",
)
Index("uq_consumer_key_prefix", consumer_key.c.prefix, unique=True)

access_grant = Table(
    "access_grant",
    metadata,
    Column("grant_id", BigInteger, Identity(), primary_key=True),
    _of_consumer(),
    Column("dataset", Text, nullable=False),
    Column("role", Text, nullable=False, comment="of the set's contract: which columns, in which form"),
    Column("agency_code", Text, comment="rows of this agency and those below it; empty: of all"),
    Column("period_from", Date, comment="first day, in Vietnam; empty: from the beginning"),
    Column("period_until", Date, comment="last day, in Vietnam; empty: without end"),
    Column("basis", Text, nullable=False, comment="number of the agreement, or the law"),
    Column(
        "agreed",
        JSONB,
        nullable=False,
        comment="what the contract gave the role then: major version, forms of its columns, scope; never more is read",
    ),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("revoked_at", DateTime(timezone=True)),
    schema="ops",
)
Index(
    "uq_access_grant_living",
    access_grant.c.consumer_id,
    access_grant.c.dataset,
    unique=True,
    postgresql_where=access_grant.c.revoked_at.is_(None),
)

pseudonym_key = Table(
    "pseudonym_key",
    metadata,
    _of_consumer(is_key=True),
    Column("wrapped", LargeBinary, nullable=False, comment="the key, encrypted with a secret key (AES-256-GCM)"),
    Column("wrapped_by", Text, nullable=False, comment="fingerprint of that secret key"),
    schema="ops",
)

audit = Table(
    "audit",
    metadata,
    Column(
        "entry_id", BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 …: a gap is a removed entry"
    ),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False, comment="who: user lan, consumer justice-department"),
    Column("action", Text, nullable=False, comment="what was done"),
    Column("subject", Text, nullable=False, comment="to what: a set, a consumer"),
    Column("detail", Text, nullable=False, comment="more of it as JSON, in the very bytes that are sealed"),
    Column("sealed_by", Text, nullable=False, comment="fingerprint of the secret key that sealed the entry"),
    Column("previous", LargeBinary, nullable=False, comment="the seal of the entry before"),
    Column("seal", LargeBinary, nullable=False, comment="HMAC-SHA256 over all columns above"),
    schema="ops",
)
