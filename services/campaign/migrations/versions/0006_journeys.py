"""Journeys and their versions. Who is on her way through them is kept elsewhere."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import grant, protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APP_ROLE = "rapport_campaign"

# A graph is kept as the message it came as. `templates` are the names of those a version sends.
TABLES = """
CREATE TABLE catalog (
  workspace text PRIMARY KEY,
  revision bigint NOT NULL
);

CREATE TABLE journey (
  workspace text NOT NULL,
  slug text NOT NULL,
  display_name text NOT NULL,
  description text NOT NULL,
  state text NOT NULL,
  draft bytea NOT NULL,
  version integer NOT NULL,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, slug)
);

CREATE TABLE journey_version (
  workspace text NOT NULL,
  journey text NOT NULL,
  number integer NOT NULL,
  graph bytea NOT NULL,
  templates text[] NOT NULL,
  publisher text NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, journey, number)
)
"""


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    for statement in TABLES.split(";"):
        op.execute(statement)
    protect(op, "journey", "journey_version", app_role=APP_ROLE)
    # Workers ask in whichever workspace definitions are new.
    grant(op, "catalog", app_role=APP_ROLE)
