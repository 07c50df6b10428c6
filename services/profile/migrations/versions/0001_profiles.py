"""Profiles, the identifiers they are made of, and everything recorded under those identifiers."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import chassis_tables, grant, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APP_ROLE = "rapport_profile"

# Facts hang on the identifier they came under (its key is their `anchor`), never on the profile: a merge
# or late evidence changes identifier.profile_key, and no fact moves. Times of events are microseconds
# since 1970 UTC, as the rules compare them. JSON is kept as text: it is shown, never searched, and jsonb
# would refuse what a client may lawfully send ("\u0000").
TABLES = """
CREATE TABLE workspace_setting (
  workspace text PRIMARY KEY,
  time_zone text NOT NULL,
  currency_code text NOT NULL,
  region_code text NOT NULL,
  revision bigint NOT NULL
);

CREATE TABLE profile (
  workspace text NOT NULL,
  key bigint NOT NULL,
  id uuid NOT NULL,
  birth bigint NOT NULL,
  revision bigint NOT NULL,
  merged_into bigint,
  computed text NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (workspace, key),
  UNIQUE (workspace, id)
);
CREATE INDEX profile_absorbed ON profile (workspace, merged_into) WHERE merged_into IS NOT NULL;
CREATE SEQUENCE profile_key_seq CACHE 1;

CREATE TABLE identifier (
  workspace text NOT NULL,
  key bigint NOT NULL,
  kind text NOT NULL,
  value text NOT NULL,
  profile_key bigint,
  component bigint,
  solo boolean NOT NULL,
  PRIMARY KEY (workspace, key),
  UNIQUE (workspace, kind, value)
);
CREATE INDEX identifier_of_profile ON identifier (workspace, profile_key);
CREATE INDEX identifier_of_component ON identifier (workspace, component) WHERE component IS NOT NULL;
CREATE SEQUENCE identifier_key_seq CACHE 1;

CREATE TABLE anchor (
  workspace text NOT NULL,
  key bigint NOT NULL,
  activity_count bigint NOT NULL,
  first_us bigint NOT NULL,
  last_us bigint NOT NULL,
  registers text NOT NULL,
  recent text NOT NULL,
  PRIMARY KEY (workspace, key)
) WITH (fillfactor = 70);

CREATE TABLE claim (
  workspace text NOT NULL,
  digest uuid NOT NULL,
  anchor bigint NOT NULL,
  identifiers bigint[] NOT NULL,
  time_us bigint NOT NULL,
  message uuid NOT NULL,
  PRIMARY KEY (workspace, digest)
);
CREATE INDEX claim_of_anchor ON claim (workspace, anchor);

CREATE TABLE conflict (
  workspace text NOT NULL,
  id uuid NOT NULL,
  identifiers bigint[] NOT NULL,
  dropped bigint NOT NULL,
  exceeded_kind text NOT NULL,
  message uuid NOT NULL,
  time_us bigint NOT NULL,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX conflict_newest ON conflict (workspace, time_us, id);

CREATE TABLE event_seen (
  workspace text NOT NULL,
  id uuid NOT NULL,
  PRIMARY KEY (workspace, id)
) PARTITION BY HASH (id);

CREATE TABLE activity (
  workspace text NOT NULL,
  anchor bigint NOT NULL,
  time_us bigint NOT NULL,
  id uuid NOT NULL,
  type text NOT NULL,
  event text NOT NULL,
  receive_us bigint NOT NULL,
  original_us bigint,
  message_id text NOT NULL,
  properties text,
  context text,
  integrations text,
  historical boolean NOT NULL,
  PRIMARY KEY (workspace, anchor, time_us, id)
) PARTITION BY RANGE (time_us);
CREATE TABLE activity_rest PARTITION OF activity DEFAULT;

CREATE TABLE deferred_event (
  workspace text NOT NULL,
  id uuid NOT NULL,
  due_us bigint NOT NULL,
  event text NOT NULL,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX deferred_due ON deferred_event (due_us);

CREATE TABLE quarantined_event (
  workspace text NOT NULL,
  id uuid NOT NULL,
  payload bytea NOT NULL,
  reason text NOT NULL,
  receive_us bigint NOT NULL,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX quarantine_newest ON quarantined_event (workspace, receive_us, id);

CREATE TABLE purchase (
  workspace text NOT NULL,
  order_id text NOT NULL,
  anchor bigint,
  state text NOT NULL,
  placed_us bigint,
  told boolean NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (workspace, order_id)
);
CREATE INDEX purchase_of_anchor ON purchase (workspace, anchor, placed_us);

CREATE TABLE cart (
  workspace text NOT NULL,
  anchor bigint NOT NULL,
  cart_id text NOT NULL,
  operations text NOT NULL,
  last_us bigint NOT NULL,
  PRIMARY KEY (workspace, anchor, cart_id)
);

CREATE TABLE consent (
  workspace text NOT NULL,
  anchor bigint NOT NULL,
  time_us bigint NOT NULL,
  id uuid NOT NULL,
  channel text NOT NULL,
  purpose text NOT NULL,
  granted boolean NOT NULL,
  source text NOT NULL,
  evidence text NOT NULL,
  scope text NOT NULL,
  expire_us bigint,
  PRIMARY KEY (workspace, anchor, time_us, id, channel, purpose)
);

CREATE TABLE touched (
  workspace text NOT NULL,
  profile_key bigint NOT NULL,
  PRIMARY KEY (workspace, profile_key)
);
"""

PROTECTED = (
    "profile",
    "identifier",
    "anchor",
    "claim",
    "conflict",
    "event_seen",
    "activity",
    "quarantined_event",
    "purchase",
    "cart",
    "consent",
)
SEEN_PARTITIONS = 8

# The worker may not create tables; it may ask for the next month's partition of the timeline. Months that
# were never asked for, or too late, lie in activity_rest.
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
EXCEPTION WHEN check_violation THEN
  RAISE NOTICE '% stays in activity_rest, where some of it lies already', first;
END $$;
"""


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    chassis_tables(op, APP_ROLE)
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for part in range(SEEN_PARTITIONS):
        op.execute(
            f"CREATE TABLE event_seen_{part} PARTITION OF event_seen"
            f" FOR VALUES WITH (MODULUS {SEEN_PARTITIONS}, REMAINDER {part})"
        )
    protect(op, *PROTECTED, app_role=APP_ROLE)
    # Seen across workspaces: what is due, which profiles another process wrote while the worker holds them in
    # memory, and by which settings events are read.
    grant(op, "deferred_event", "touched", "workspace_setting", app_role=APP_ROLE)
    op.execute(f"GRANT USAGE ON SEQUENCE profile_key_seq, identifier_key_seq TO {APP_ROLE}")
    op.execute(MONTHS)
    op.execute("REVOKE ALL ON FUNCTION activity_month(date) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION activity_month(date) TO {APP_ROLE}")
