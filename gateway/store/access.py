"""Tables of access in schema `ops`: agencies that read (consumers), their keys, and the audit chain, which only grows."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, Index, LargeBinary, Table, Text, func

from gateway.store.core import metadata

consumer = Table(
    "consumer",
    metadata,
    Column("consumer_id", BigInteger, Identity(), primary_key=True),
    Column("consumer_code", Text, nullable=False, comment="a short name of letters, digits and hyphens"),
    Column("consumer_name", Text, nullable=False, comment="the agency or system that reads"),
    Column("added_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    schema="ops",
)
Index("uq_consumer_consumer_code", consumer.c.consumer_code, unique=True)

consumer_key = Table(
    "consumer_key",
    metadata,
    Column("key_id", BigInteger, Identity(), primary_key=True),
    Column("consumer_id", BigInteger, ForeignKey("ops.consumer.consumer_id"), nullable=False),
    Column("prefix", Text, nullable=False, comment="the part of the key that may be seen"),
    Column("secret_sha256", LargeBinary, nullable=False, comment="of the part that only its holder has"),
    Column("issued_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    schema="ops",
)
Index("uq_consumer_key_prefix", consumer_key.c.prefix, unique=True)

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
