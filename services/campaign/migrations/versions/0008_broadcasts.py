"""Broadcasts."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import grant, protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APP_ROLE = "rapport_campaign"

# `variants` are those of the message Broadcast, and nothing else of it; `templates` are their names.
# `start_us` is when it shall begin, once a person let it go. It goes through customers in the order of their
# numbers, has come to `after_key`, and ends at `until_key`, the last there was when it began. Instants are
# microseconds since 1970 UTC.
TABLES = """
CREATE TABLE broadcast (
  workspace text NOT NULL,
  slug text NOT NULL,
  display_name text NOT NULL,
  state text NOT NULL,
  audience bytea NOT NULL,
  variants bytea NOT NULL,
  templates text[] NOT NULL,
  send_us bigint,
  local_time boolean NOT NULL,
  holdout_basis_points integer NOT NULL,
  audience_count bigint NOT NULL,
  decided_count bigint NOT NULL,
  held_reason text NOT NULL,
  start_us bigint,
  begun_us bigint,
  after_key bigint NOT NULL,
  until_key bigint NOT NULL,
  revision bigint NOT NULL,
  create_us bigint NOT NULL,
  update_us bigint NOT NULL,
  PRIMARY KEY (workspace, slug)
);
CREATE INDEX broadcast_newest ON broadcast (workspace, create_us, slug);

CREATE TABLE broadcast_due (
  workspace text NOT NULL,
  broadcast text NOT NULL,
  due_us bigint NOT NULL,
  PRIMARY KEY (workspace, broadcast)
)
"""


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    for statement in TABLES.split(";"):
        op.execute(statement)
    protect(op, "broadcast", app_role=APP_ROLE)
    # A timer begins what is due, and goes on with what has begun, whosever it is.
    grant(op, "broadcast_due", app_role=APP_ROLE)
