"""Definitions, the history they are read from, the state of each profile, and who is in which segment."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import chassis_tables, grant, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APP_ROLE = "rapport_segment"

# As in the profile service, what happened hangs on the identifier it came under (its anchor): a merge or
# late evidence changes anchor.profile_key, and no activity moves. Orders and consents hang on the profile
# they were told of, and follow `merged_into`. Instants are microseconds since 1970 UTC. JSON is kept as
# text: it is read whole, never searched.
TABLES = """
CREATE TABLE workspace_setting (
  workspace text PRIMARY KEY,
  time_zone text NOT NULL,
  currency_code text NOT NULL,
  region_code text NOT NULL,
  revision bigint NOT NULL
);

CREATE TABLE catalog (
  workspace text PRIMARY KEY,
  revision bigint NOT NULL,
  building boolean NOT NULL
);
CREATE INDEX catalog_building ON catalog (workspace) WHERE building;

CREATE TABLE segment (
  workspace text NOT NULL,
  id bigint NOT NULL,
  slug text NOT NULL,
  display_name text NOT NULL,
  description text NOT NULL,
  draft bytea NOT NULL,
  revision bigint NOT NULL,
  version integer NOT NULL,
  last_version integer NOT NULL,
  member_count bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, slug)
);
CREATE SEQUENCE segment_id_seq CACHE 1;

CREATE TABLE version (
  workspace text NOT NULL,
  segment bigint NOT NULL,
  number integer NOT NULL,
  condition bytea NOT NULL,
  publisher text NOT NULL,
  entered_count bigint NOT NULL,
  exited_count bigint NOT NULL,
  reached_key bigint,
  create_us bigint NOT NULL,
  effective_us bigint,
  PRIMARY KEY (workspace, segment, number)
);

CREATE TABLE measure (
  workspace text NOT NULL,
  id bigint NOT NULL,
  digest uuid NOT NULL,
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, digest)
);
CREATE SEQUENCE measure_id_seq CACHE 1;

CREATE TABLE anchor (
  workspace text NOT NULL,
  key bigint NOT NULL,
  profile_key bigint NOT NULL,
  PRIMARY KEY (workspace, key)
);
CREATE INDEX anchor_of_profile ON anchor (workspace, profile_key);

CREATE TABLE activity (
  workspace text NOT NULL,
  anchor bigint NOT NULL,
  time_us bigint NOT NULL,
  id uuid NOT NULL,
  type text NOT NULL,
  event text NOT NULL,
  receive_us bigint NOT NULL,
  properties text,
  context text,
  historical boolean NOT NULL,
  PRIMARY KEY (workspace, anchor, time_us, id)
) PARTITION BY RANGE (time_us);
CREATE TABLE activity_rest PARTITION OF activity DEFAULT;

CREATE TABLE purchase (
  workspace text NOT NULL,
  name text NOT NULL,
  profile_key bigint NOT NULL,
  revision bigint NOT NULL,
  order_us bigint NOT NULL,
  since_us bigint NOT NULL,
  gone boolean NOT NULL,
  cause text NOT NULL,
  document text NOT NULL,
  PRIMARY KEY (workspace, name, revision)
);
CREATE INDEX purchase_of_profile ON purchase (workspace, profile_key);

CREATE TABLE computed (
  workspace text NOT NULL,
  profile_key bigint NOT NULL,
  revision bigint NOT NULL,
  time_us bigint NOT NULL,
  document text NOT NULL,
  PRIMARY KEY (workspace, profile_key, revision)
);

CREATE TABLE consent (
  workspace text NOT NULL,
  profile_key bigint NOT NULL,
  channel text NOT NULL,
  purpose text NOT NULL,
  time_us bigint NOT NULL,
  decision text NOT NULL,
  expire_us bigint,
  PRIMARY KEY (workspace, profile_key, channel, purpose, time_us, decision)
);

CREATE TABLE profile (
  workspace text NOT NULL,
  key bigint NOT NULL,
  id uuid NOT NULL,
  merged_into bigint,
  create_us bigint NOT NULL,
  clock_us bigint NOT NULL,
  state text NOT NULL,
  PRIMARY KEY (workspace, key),
  UNIQUE (workspace, id)
) WITH (fillfactor = 70);
CREATE INDEX profile_absorbed ON profile (workspace, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE due (
  workspace text NOT NULL,
  profile_key bigint NOT NULL,
  due_us bigint NOT NULL,
  PRIMARY KEY (workspace, profile_key)
);
CREATE INDEX due_first ON due (due_us);

CREATE TABLE member (
  workspace text NOT NULL,
  segment bigint NOT NULL,
  profile_key bigint NOT NULL,
  since_us bigint NOT NULL,
  PRIMARY KEY (workspace, segment, profile_key)
);
CREATE INDEX member_of_profile ON member (workspace, profile_key);

CREATE TABLE change (
  workspace text NOT NULL,
  sequence_number bigint NOT NULL,
  segment bigint NOT NULL,
  version integer NOT NULL,
  profile_key bigint NOT NULL,
  entered boolean NOT NULL,
  time_us bigint NOT NULL,
  record_us bigint NOT NULL,
  kind smallint NOT NULL,
  activity text NOT NULL,
  other_profile text NOT NULL,
  late boolean NOT NULL,
  PRIMARY KEY (workspace, sequence_number)
);
CREATE INDEX change_of_segment ON change (workspace, segment, sequence_number);
CREATE INDEX change_of_profile ON change (workspace, profile_key, sequence_number);

CREATE TABLE numbering (
  workspace text PRIMARY KEY,
  sequence_number bigint NOT NULL
);

CREATE TABLE customer_list (
  workspace text NOT NULL,
  slug text NOT NULL,
  display_name text NOT NULL,
  description text NOT NULL,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, slug)
);

CREATE TABLE listed (
  workspace text NOT NULL,
  list text NOT NULL,
  profile_key bigint NOT NULL,
  time_us bigint NOT NULL,
  PRIMARY KEY (workspace, list, profile_key)
);
CREATE INDEX listed_of_profile ON listed (workspace, profile_key);
CREATE INDEX listed_newest ON listed (workspace, list, time_us, profile_key);

CREATE TABLE touched (
  workspace text NOT NULL,
  first_key bigint NOT NULL,
  last_key bigint NOT NULL,
  PRIMARY KEY (workspace, first_key, last_key)
);
"""

PROTECTED = (
    "segment",
    "version",
    "measure",
    "anchor",
    "activity",
    "purchase",
    "computed",
    "consent",
    "profile",
    "member",
    "change",
    "numbering",
    "customer_list",
    "listed",
)

# The worker may not create tables; it may ask for the next month's partition of the history. Months that
# were never asked for lie in activity_rest.
MONTHS = """
CREATE FUNCTION activity_month(month date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  first date := date_trunc('month', month)::date;
  name text := 'activity_' || to_char(first, 'YYYY_MM');
  since bigint := extract(epoch FROM first)::bigint * 1000000;
  until bigint := extract(epoch FROM (first + interval '1 month'))::bigint * 1000000;
BEGIN
  IF to_regclass(name) IS NULL THEN
    EXECUTE format('CREATE TABLE %I PARTITION OF activity FOR VALUES FROM (%s) TO (%s)', name, since, until);
  END IF;
END $$;
"""


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    chassis_tables(op, APP_ROLE)
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    protect(op, *PROTECTED, app_role=APP_ROLE)
    # Seen across workspaces: what is due, which definitions are new, which profiles another process wrote
    # while the worker holds them in memory, and by which settings conditions are read.
    grant(op, "due", "catalog", "touched", "workspace_setting", app_role=APP_ROLE)
    op.execute(f"GRANT USAGE ON SEQUENCE segment_id_seq, measure_id_seq TO {APP_ROLE}")
    op.execute(MONTHS)
    op.execute("REVOKE ALL ON FUNCTION activity_month(date) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION activity_month(date) TO {APP_ROLE}")
