"""The observed versions of a dossier's dates, and where one batch's events lie; in 0009_states_and_clocks.sql."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of observed dates and the index of events by batch."""
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8"))
