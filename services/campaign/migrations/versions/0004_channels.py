"""Providers: who carries messages."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APP_ROLE = "rapport_campaign"
TABLES = """
CREATE TABLE provider (
  workspace text NOT NULL,
  slug text NOT NULL,
  display_name text NOT NULL,
  -- In lower case: email, webhook.
  channel text NOT NULL,
  adapter text NOT NULL,
  -- JSON objects. What is in the second is never shown.
  settings text NOT NULL,
  secrets text NOT NULL,
  rank integer NOT NULL,
  rate_per_second double precision NOT NULL,
  enabled boolean NOT NULL,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, slug)
)
"""


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    op.execute(TABLES)
    protect(op, "provider", app_role=APP_ROLE)
