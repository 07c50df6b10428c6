"""Links in mails, what became of messages, topics customers take or leave, and what a shop decided."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import grant, protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APP_ROLE = "rapport_campaign"

# What a customer decided is kept under the number under which she did, and read for all numbers of the
# living: the newest decision holds. Instants are microseconds since 1970 UTC. All links of a message are one
# row, for a broadcast writes many; the `link` of a reaction is the place in it, from 0, of what was clicked,
# and 0 for all else that can become of a message.
TABLES = """
CREATE TABLE link (
  workspace text NOT NULL,
  send uuid NOT NULL,
  urls text[] NOT NULL,
  PRIMARY KEY (workspace, send)
);

CREATE TABLE reaction (
  workspace text NOT NULL,
  send uuid NOT NULL,
  kind text NOT NULL,
  origin text NOT NULL,
  link integer NOT NULL,
  time_us bigint NOT NULL,
  description text NOT NULL,
  PRIMARY KEY (workspace, send, kind, origin, link)
);

CREATE TABLE click_due (
  workspace text NOT NULL,
  send uuid NOT NULL,
  link integer NOT NULL,
  origin text NOT NULL,
  time_us bigint NOT NULL,
  due_us bigint NOT NULL,
  PRIMARY KEY (workspace, send, link)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX click_due_order ON click_due (due_us);

CREATE TABLE subscription_group (
  workspace text NOT NULL,
  slug text NOT NULL,
  display_name text NOT NULL,
  description text NOT NULL,
  rank integer NOT NULL,
  channels text[] NOT NULL,
  default_subscribed boolean NOT NULL,
  hidden boolean NOT NULL,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, slug)
);

CREATE TABLE subscription (
  workspace text NOT NULL,
  profile_key bigint NOT NULL,
  topic text NOT NULL,
  subscribed boolean NOT NULL,
  source text NOT NULL,
  evidence text NOT NULL,
  time_us bigint NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (workspace, profile_key, topic)
);

CREATE TABLE opt_out (
  workspace text NOT NULL,
  profile_key bigint NOT NULL,
  channel text NOT NULL,
  source text NOT NULL,
  time_us bigint NOT NULL,
  PRIMARY KEY (workspace, profile_key, channel)
);

CREATE TABLE channel_setting (
  workspace text NOT NULL,
  channel text NOT NULL,
  enabled boolean NOT NULL,
  sender text NOT NULL,
  reply_to text NOT NULL,
  postal_address text NOT NULL,
  tracking boolean NOT NULL,
  quiet_start text,
  quiet_end text,
  link_domain text NOT NULL,
  stop_words text[] NOT NULL,
  return_words text[] NOT NULL,
  revision bigint NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, channel)
);

CREATE TABLE sending_policy (
  workspace text PRIMARY KEY,
  caps text NOT NULL,
  quiet_start text,
  quiet_end text,
  support_quiet_us bigint NOT NULL,
  control_group_basis_points integer NOT NULL,
  late_after_us bigint NOT NULL,
  attribution bytea NOT NULL,
  revision bigint NOT NULL,
  update_time timestamptz NOT NULL
)
"""
PROTECTED = (
    "link",
    "reaction",
    "subscription_group",
    "subscription",
    "opt_out",
    "channel_setting",
    "sending_policy",
)


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    for statement in TABLES.split(";"):
        op.execute(statement)
    protect(op, *PROTECTED, app_role=APP_ROLE)
    # A timer settles the clicks of all workspaces alike.
    grant(op, "click_due", app_role=APP_ROLE)
