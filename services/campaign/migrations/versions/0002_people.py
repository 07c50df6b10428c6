"""Contacts, their memberships, what was heard of them, and how they stand with support."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import grant, protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APP_ROLE = "rapport_campaign"

# What is told of a customer is kept under the number, or by support the name, under which it was told, and
# read for all numbers of the living; only consents become the survivor's. Instants are microseconds since
# 1970 UTC. JSON is kept as text: it is read whole, never searched. Indexes by age begin with it, so
# that nobody who asks for one customer is led through them.
TABLES = """
CREATE TABLE contact (
  workspace text NOT NULL,
  key bigint NOT NULL,
  profile uuid NOT NULL,
  merged_into bigint,
  revision bigint NOT NULL,
  merge_revision bigint NOT NULL DEFAULT 0,
  identifiers text NOT NULL,
  traits text NOT NULL,
  computed text NOT NULL,
  erased boolean NOT NULL,
  PRIMARY KEY (workspace, key)
);
CREATE INDEX contact_profile ON contact (workspace, profile);
CREATE INDEX contact_merged ON contact (workspace, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE consent (
  workspace text NOT NULL,
  profile_key bigint NOT NULL,
  channel text NOT NULL,
  purpose text NOT NULL,
  decision text NOT NULL,
  time_us bigint NOT NULL,
  expire_us bigint,
  since_us bigint NOT NULL,
  PRIMARY KEY (workspace, profile_key, channel, purpose)
);

CREATE TABLE membership (
  workspace text NOT NULL,
  profile_key bigint NOT NULL,
  segment text NOT NULL,
  sequence bigint NOT NULL,
  inside boolean NOT NULL,
  told_us bigint NOT NULL,
  PRIMARY KEY (workspace, profile_key, segment)
);
CREATE INDEX membership_inside ON membership (workspace, segment, profile_key) WHERE inside;
CREATE INDEX membership_left ON membership (workspace, told_us) WHERE NOT inside;

CREATE TABLE segment_known (
  workspace text NOT NULL,
  segment text NOT NULL,
  display_name text NOT NULL,
  time_us bigint NOT NULL,
  live boolean NOT NULL,
  PRIMARY KEY (workspace, segment)
);

CREATE TABLE heard (
  workspace text NOT NULL,
  id text NOT NULL,
  profile_key bigint NOT NULL,
  anchor bigint,
  time_us bigint NOT NULL,
  told_us bigint NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  document text NOT NULL,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX heard_of_anchor ON heard (workspace, anchor) WHERE anchor IS NOT NULL;
CREATE INDEX heard_of_profile ON heard (workspace, profile_key, time_us);
CREATE INDEX heard_age ON heard (told_us, workspace);

CREATE TABLE entrance (
  workspace text NOT NULL,
  shard integer NOT NULL,
  sequence bigint NOT NULL,
  profile_key bigint NOT NULL,
  segment text NOT NULL,
  entered boolean NOT NULL,
  time_us bigint NOT NULL,
  told_us bigint NOT NULL,
  joined boolean NOT NULL,
  evidence text NOT NULL,
  traceparent text NOT NULL,
  PRIMARY KEY (workspace, shard, sequence)
);

CREATE TABLE entrance_due (
  workspace text NOT NULL,
  shard integer NOT NULL,
  sequence bigint NOT NULL,
  position bigint NOT NULL,
  due_us bigint NOT NULL,
  PRIMARY KEY (workspace, shard, sequence)
);
CREATE INDEX entrance_due_order ON entrance_due (position, due_us);

CREATE TABLE desk_ticket (
  workspace text NOT NULL,
  ticket text NOT NULL,
  profile uuid NOT NULL,
  open boolean NOT NULL,
  merged boolean NOT NULL,
  time_us bigint NOT NULL,
  PRIMARY KEY (workspace, ticket)
);
CREATE INDEX desk_ticket_open ON desk_ticket (workspace, profile) WHERE open;

CREATE TABLE desk (
  workspace text NOT NULL,
  profile uuid NOT NULL,
  last_contact_us bigint NOT NULL,
  PRIMARY KEY (workspace, profile)
)
"""
PROTECTED = (
    "contact",
    "consent",
    "membership",
    "segment_known",
    "heard",
    "entrance",
    "desk_ticket",
    "desk",
)


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    for statement in TABLES.split(";"):
        op.execute(statement)
    protect(op, *PROTECTED, app_role=APP_ROLE)
    # A timer looks for what can be acted upon, whosever it is.
    grant(op, "entrance_due", app_role=APP_ROLE)
