"""Orders, and what of them each message is credited with."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import grant, protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

APP_ROLE = "rapport_campaign"

# An order is kept as its highest revision tells it; `placed` once it was told as placed, and not as one of
# the past. From then on it is credited by the policy of that moment, kept with it. Sums are in minor units of
# its currency. `credit_due` names customers whose orders are to be credited anew, those after a place in the
# order of time and name: rows are added and taken, never changed. Instants are microseconds since 1970 UTC.
TABLES = """
CREATE TABLE purchase (
  workspace text NOT NULL,
  name text NOT NULL,
  profile_key bigint NOT NULL,
  revision bigint NOT NULL,
  order_us bigint NOT NULL,
  currency text NOT NULL,
  gross bigint NOT NULL,
  refunded bigint NOT NULL,
  cancelled boolean NOT NULL,
  placed boolean NOT NULL,
  policy_revision bigint NOT NULL,
  attribution bytea NOT NULL,
  PRIMARY KEY (workspace, name)
);
CREATE INDEX purchase_of_profile ON purchase (workspace, profile_key, order_us, name);

CREATE TABLE credit (
  workspace text NOT NULL,
  purchase text NOT NULL,
  send uuid NOT NULL,
  campaign text NOT NULL,
  clicked boolean NOT NULL,
  touch_us bigint NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (workspace, purchase, send)
);
CREATE INDEX credit_of_campaign ON credit (workspace, campaign);

CREATE TABLE credit_due (
  workspace text NOT NULL,
  number bigint GENERATED ALWAYS AS IDENTITY,
  profile_key bigint NOT NULL,
  since_us bigint NOT NULL,
  after text NOT NULL,
  PRIMARY KEY (workspace, number)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX credit_due_order ON credit_due (number)
"""


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    for statement in TABLES.split(";"):
        op.execute(statement)
    protect(op, "purchase", "credit", app_role=APP_ROLE)
    # A timer credits what was heard, whosever it is.
    grant(op, "credit_due", app_role=APP_ROLE)
