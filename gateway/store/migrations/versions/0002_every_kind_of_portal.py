"""Portals of every kind: administrative units, progress within big pages, queues, warnings; in 0002_every_kind_of_portal.sql."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the second release's streams need."""
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8"))
