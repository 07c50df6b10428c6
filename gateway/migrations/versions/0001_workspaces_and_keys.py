"""Workspaces, and the keys that let into them."""

from alembic import op

from chassis.migrations import chassis_tables, protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(WORKSPACE)
    op.execute(API_KEY)
    chassis_tables(op, app_role=APP_ROLE)
    protect(op, "workspace", "api_key", app_role=APP_ROLE)


APP_ROLE = "rapport_gateway"

WORKSPACE = """
CREATE TABLE workspace (
    workspace text PRIMARY KEY,
    display_name text NOT NULL,
    time_zone text NOT NULL,
    currency_code text NOT NULL,
    region_code text NOT NULL,
    revision bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL
)
"""

API_KEY = """
CREATE TABLE api_key (
    workspace text NOT NULL REFERENCES workspace,
    id uuid NOT NULL,
    display_name text NOT NULL,
    kind smallint NOT NULL,
    scopes text[] NOT NULL,
    digest bytea NOT NULL,
    hint text NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, digest)
)
"""
