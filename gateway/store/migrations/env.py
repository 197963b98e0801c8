"""Alembic's entry: runs the migrations on the connection that `gateway.store.migrate` hands over."""

from alembic import context

from gateway.store import ops, xref  # noqa: F401  # xref: its tables belong to the metadata
from gateway.store.core import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_schemas=True,
    version_table_schema="ops",
    include_name=lambda name, kind, _: kind != "schema" or name in ops.SCHEMAS,
)
with context.begin_transaction():
    context.run_migrations()
