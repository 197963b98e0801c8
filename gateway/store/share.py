"""Schema `share`, our own part of it: which version of which set its tables hold. A set's tables are made when it is published."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Index, Table, Text, func

from gateway.store.core import metadata

publication = Table(
    "publication",
    metadata,
    Column("publication_id", BigInteger, Identity(), primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("contract_version", Text, nullable=False),
    Column("shape", Text, nullable=False, comment="columns, types, classes and key of the set's tables"),
    Column("row_count", BigInteger, nullable=False),
    Column("change_count", BigInteger, nullable=False, comment="rows in the change log that lead to this version"),
    Column("is_anew", Boolean, nullable=False, comment="the tables were made anew: no change leads here"),
    Column("published_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    schema="share",
)
Index("uq_publication_dataset_version", publication.c.dataset, publication.c.version, unique=True)
Index("ix_publication_dataset", publication.c.dataset, publication.c.publication_id)
