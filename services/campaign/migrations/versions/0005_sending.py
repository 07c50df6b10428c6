"""The ledger of sends, suppressions, caps."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import grant, protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APP_ROLE = "rapport_campaign"

# A send is one message to one customer. Its states are those of the proto; `attempt` is the number of the
# attempt that is under way, when one is: committed before a stranger is called. `provider` has it, or may
# have it; it is empty where surely nobody has. `tries` counts attempts that came to nothing. `send_due` says
# when the sender has to look at it, in lanes, so that no channel and no brand waits for another. Instants are
# microseconds since 1970 UTC; JSON is kept as text: it is read whole, never searched.
TABLES = """
CREATE TABLE send (
  workspace text NOT NULL,
  id uuid NOT NULL,
  profile_key bigint NOT NULL,
  profile uuid NOT NULL,
  template text NOT NULL,
  template_revision integer NOT NULL,
  channel text NOT NULL,
  class text NOT NULL,
  campaign text NOT NULL,
  run uuid,
  step text NOT NULL,
  variant text NOT NULL,
  data text NOT NULL,
  traceparent text NOT NULL,
  when_held_back text NOT NULL,
  wait_until_us bigint,
  exempt_from_support_quiet_period boolean NOT NULL,
  holdout_basis_points integer NOT NULL,
  test boolean NOT NULL,
  state smallint NOT NULL,
  attempt integer,
  attempt_count integer NOT NULL,
  decision_count integer NOT NULL,
  tries integer NOT NULL,
  outcome text NOT NULL,
  due_us bigint NOT NULL,
  address text NOT NULL,
  subject text NOT NULL,
  message_id text NOT NULL,
  provider text NOT NULL,
  provider_id text NOT NULL,
  failure text NOT NULL,
  create_us bigint NOT NULL,
  send_us bigint,
  PRIMARY KEY (workspace, id)
) WITH (fillfactor = 80);
CREATE INDEX send_newest ON send (workspace, create_us, id);
CREATE INDEX send_of_profile ON send (workspace, profile_key, create_us, id);
CREATE INDEX send_of_campaign ON send (workspace, campaign, create_us, id);
CREATE INDEX send_of_run ON send (workspace, run) WHERE run IS NOT NULL;

CREATE TABLE send_due (
  workspace text NOT NULL,
  send uuid NOT NULL,
  channel text NOT NULL,
  rank smallint NOT NULL,
  due_us bigint NOT NULL,
  PRIMARY KEY (workspace, send)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX send_due_lane ON send_due (workspace, channel, rank, due_us);

CREATE TABLE attempt (
  workspace text NOT NULL,
  send uuid NOT NULL,
  number integer NOT NULL,
  provider text NOT NULL,
  start_us bigint NOT NULL,
  lease_us bigint NOT NULL,
  end_us bigint,
  outcome text NOT NULL,
  description text NOT NULL,
  PRIMARY KEY (workspace, send, number)
);

CREATE TABLE decision (
  workspace text NOT NULL,
  send uuid NOT NULL,
  number integer NOT NULL,
  time_us bigint NOT NULL,
  outcome text NOT NULL,
  rule text NOT NULL,
  description text NOT NULL,
  retry_us bigint,
  PRIMARY KEY (workspace, send, number)
);

CREATE TABLE cap_use (
  workspace text NOT NULL,
  send uuid NOT NULL,
  profile_key bigint NOT NULL,
  time_us bigint NOT NULL,
  channel text NOT NULL,
  class text NOT NULL,
  PRIMARY KEY (workspace, send)
);
CREATE INDEX cap_use_of_profile ON cap_use (workspace, profile_key, time_us);
CREATE INDEX cap_use_age ON cap_use (time_us, workspace);

CREATE TABLE suppression (
  workspace text NOT NULL,
  id uuid NOT NULL,
  channel text NOT NULL,
  digest bytea NOT NULL,
  address text NOT NULL,
  reason text NOT NULL,
  description text NOT NULL,
  marketing_only boolean NOT NULL,
  send uuid,
  create_us bigint NOT NULL,
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, channel, digest, reason)
);
CREATE INDEX suppression_newest ON suppression (workspace, create_us, id)
"""


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    for statement in TABLES.split(";"):
        op.execute(statement)
    protect(op, "send", "attempt", "decision", "cap_use", "suppression", app_role=APP_ROLE)
    # The sender takes what is due, whosever it is.
    grant(op, "send_due", app_role=APP_ROLE)
