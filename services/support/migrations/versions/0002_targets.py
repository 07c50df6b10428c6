"""Calendars, policies, and the targets that follow from them."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APP_ROLE = "rapport_support"

# A definition is the part of the proto's message that decides, serialised. Every version stays, also of what
# was deleted: a target that stopped is explained by what held then. Lengths are microseconds of open time.
# A breach was told when `told_time` says so; rows of targets are never deleted, so it is told once.
TABLES = """
CREATE TABLE calendar (
  workspace text NOT NULL,
  slug text NOT NULL,
  display_name text NOT NULL,
  version integer NOT NULL,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, slug)
);

CREATE TABLE calendar_version (
  workspace text NOT NULL,
  slug text NOT NULL,
  version integer NOT NULL,
  definition bytea NOT NULL,
  PRIMARY KEY (workspace, slug, version)
);

CREATE TABLE policy (
  workspace text NOT NULL,
  slug text NOT NULL,
  display_name text NOT NULL,
  rank integer NOT NULL,
  calendar text NOT NULL,
  version integer NOT NULL,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, slug)
);
CREATE INDEX policy_order ON policy (workspace, rank, create_time, slug);

CREATE TABLE policy_version (
  workspace text NOT NULL,
  slug text NOT NULL,
  version integer NOT NULL,
  definition bytea NOT NULL,
  PRIMARY KEY (workspace, slug, version)
);

CREATE TABLE target (
  workspace text NOT NULL,
  ticket bigint NOT NULL,
  metric smallint NOT NULL,
  cycle integer NOT NULL,
  standing smallint NOT NULL,
  start_time timestamptz NOT NULL,
  due_time timestamptz,
  stop_time timestamptz,
  duration bigint NOT NULL,
  counted bigint NOT NULL,
  first_only boolean NOT NULL,
  policy text NOT NULL,
  policy_version integer NOT NULL,
  reason text NOT NULL,
  calendar text NOT NULL,
  calendar_version integer NOT NULL,
  told_time timestamptz,
  PRIMARY KEY (workspace, ticket, metric, cycle)
);

CREATE TABLE replan (
  workspace text NOT NULL,
  id uuid NOT NULL,
  after bigint NOT NULL,
  PRIMARY KEY (workspace, id)
);

CREATE INDEX ticket_unresolved ON ticket (workspace, number) WHERE state < 5;
CREATE INDEX ticket_due ON ticket (workspace, due_time) WHERE due_time IS NOT NULL;
CREATE INDEX team_calendar ON team (workspace, calendar);
"""

PROTECTED = ("calendar", "calendar_version", "policy", "policy_version", "target", "replan")


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    protect(op, *PROTECTED, app_role=APP_ROLE)
