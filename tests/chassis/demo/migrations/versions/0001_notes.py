"""Notes, kept apart by workspace."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import chassis_tables, protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    chassis_tables(op, "rapport_demo")
    op.create_table(
        "note",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("words", sa.Text, nullable=False),
    )
    protect(op, "note", app_role="rapport_demo")
