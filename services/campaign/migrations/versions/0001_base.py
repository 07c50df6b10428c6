"""What every service keeps."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis import workspaces
from chassis.migrations import chassis_tables, grant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APP_ROLE = "rapport_campaign"


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    chassis_tables(op, APP_ROLE)
    op.execute(workspaces.TABLE)
    grant(op, "workspace_setting", app_role=APP_ROLE)
