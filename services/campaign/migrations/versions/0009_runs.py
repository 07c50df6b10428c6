"""Customers on their way through journeys."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import grant, protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APP_ROLE = "rapport_campaign"

# A run belongs to the living customer, and remembers under which number and name it began: by those its id
# was made and chance is drawn. One run at a time about the same thing: the database says so, too.
TABLES = """
CREATE TABLE run (
  workspace text NOT NULL,
  id uuid NOT NULL,
  journey text NOT NULL,
  version integer NOT NULL,
  profile_key bigint NOT NULL,
  origin_key bigint NOT NULL,
  origin uuid NOT NULL,
  entry text NOT NULL,
  rotation integer NOT NULL,
  step text NOT NULL,
  visits text NOT NULL,
  step_since_us bigint NOT NULL,
  wait_kind text NOT NULL,
  wait_until_us bigint,
  wake_us bigint,
  awaits_send uuid,
  started_us bigint NOT NULL,
  create_us bigint NOT NULL,
  end_us bigint,
  end_reason text NOT NULL,
  cause text NOT NULL,
  document text NOT NULL,
  traceparent text NOT NULL,
  PRIMARY KEY (workspace, id)
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX run_active ON run (workspace, profile_key, journey, entry) WHERE end_us IS NULL;
CREATE INDEX run_of_profile ON run (workspace, profile_key, create_us, id);
CREATE INDEX run_of_origin ON run (workspace, origin_key);
CREATE INDEX run_of_journey ON run (workspace, journey, create_us, id);
CREATE INDEX run_on_its_way ON run (workspace, journey, version) WHERE end_us IS NULL;
CREATE INDEX run_of_send ON run (workspace, awaits_send) WHERE awaits_send IS NOT NULL;

CREATE TABLE visit (
  workspace text NOT NULL,
  run uuid NOT NULL,
  step text NOT NULL,
  visit integer NOT NULL,
  place integer NOT NULL,
  start_us bigint NOT NULL,
  end_us bigint,
  outcome text NOT NULL,
  send uuid,
  PRIMARY KEY (workspace, run, step, visit)
);

CREATE TABLE run_due (
  workspace text NOT NULL,
  run uuid NOT NULL,
  due_us bigint NOT NULL,
  PRIMARY KEY (workspace, run)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX run_due_order ON run_due (due_us)
"""


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    for statement in TABLES.split(";"):
        op.execute(statement)
    protect(op, "run", "visit", app_role=APP_ROLE)
    # A timer wakes the runs whose time has come, whosever they are.
    grant(op, "run_due", app_role=APP_ROLE)
