"""Templates."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APP_ROLE = "rapport_campaign"


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    op.execute(TABLES)
    protect(op, "template", app_role=APP_ROLE)


TABLES = """
-- What is said; `contents` are those of the message Template, and nothing else of it.
CREATE TABLE template (
  workspace text NOT NULL,
  slug text NOT NULL,
  display_name text NOT NULL,
  channel smallint NOT NULL,
  class smallint NOT NULL,
  contents bytea NOT NULL,
  subscription_group text NOT NULL,
  -- As the channel says, when it is null.
  tracking boolean,
  traits text[] NOT NULL,
  warnings text[] NOT NULL,
  -- Counts changes of the contents; the other one counts every change.
  revision integer NOT NULL,
  change bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, slug)
)
"""
