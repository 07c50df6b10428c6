"""Programmes and their rules, members, the ledger with its lots, and the orders points are earned on."""

from typing import cast

import alembic.op
from alembic.operations import Operations

from chassis.migrations import chassis_tables, grant, protect
from chassis.workspaces import TABLE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APP_ROLE = "rapport_loyalty"

# Instants are microseconds since 1970 UTC. Definitions are kept as the messages they came as. What is kept
# as JSON is read whole, never searched.
TABLES = """
CREATE TABLE programme (
  workspace text NOT NULL,
  slug text NOT NULL,
  terms bytea NOT NULL,
  version integer NOT NULL,
  revision bigint NOT NULL,
  stamp bigint NOT NULL,
  closed boolean NOT NULL,
  swept bigint,
  create_us bigint NOT NULL,
  update_us bigint NOT NULL,
  PRIMARY KEY (workspace, slug)
);

CREATE TABLE programme_version (
  workspace text NOT NULL,
  programme text NOT NULL,
  version integer NOT NULL,
  terms bytea NOT NULL,
  create_us bigint NOT NULL,
  PRIMARY KEY (workspace, programme, version)
);

CREATE TABLE earn_rule (
  workspace text NOT NULL,
  programme text NOT NULL,
  slug text NOT NULL,
  terms bytea NOT NULL,
  rank integer NOT NULL,
  version integer NOT NULL,
  revision bigint NOT NULL,
  ended boolean NOT NULL,
  create_us bigint NOT NULL,
  update_us bigint NOT NULL,
  PRIMARY KEY (workspace, programme, slug)
);

CREATE TABLE earn_rule_version (
  workspace text NOT NULL,
  programme text NOT NULL,
  slug text NOT NULL,
  version integer NOT NULL,
  terms bytea NOT NULL,
  create_us bigint NOT NULL,
  PRIMARY KEY (workspace, programme, slug, version)
);

CREATE TABLE tier (
  workspace text NOT NULL,
  programme text NOT NULL,
  slug text NOT NULL,
  terms bytea NOT NULL,
  threshold bigint NOT NULL,
  revision bigint NOT NULL,
  create_us bigint NOT NULL,
  update_us bigint NOT NULL,
  PRIMARY KEY (workspace, programme, slug),
  UNIQUE (workspace, programme, threshold)
);

CREATE TABLE reward (
  workspace text NOT NULL,
  programme text NOT NULL,
  slug text NOT NULL,
  terms bytea NOT NULL,
  price bigint NOT NULL,
  stock bigint CHECK (stock >= 0),
  revision bigint NOT NULL,
  create_us bigint NOT NULL,
  update_us bigint NOT NULL,
  PRIMARY KEY (workspace, programme, slug)
);

CREATE TABLE person (
  workspace text NOT NULL,
  profile uuid NOT NULL,
  moved_to uuid,
  PRIMARY KEY (workspace, profile)
);
CREATE INDEX person_absorbed ON person (workspace, moved_to) WHERE moved_to IS NOT NULL;

CREATE TABLE member (
  workspace text NOT NULL,
  id bigint NOT NULL,
  programme text NOT NULL,
  profile uuid NOT NULL,
  enrol_us bigint NOT NULL,
  moved_to bigint,
  number bigint NOT NULL,
  periods bigint NOT NULL,
  tier text NOT NULL,
  tier_since_us bigint NOT NULL,
  tier_until_us bigint,
  tier_grace_us bigint,
  tier_granted boolean NOT NULL,
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, profile, programme)
) WITH (fillfactor = 70);
CREATE INDEX member_newest ON member (workspace, programme, enrol_us, id);
CREATE INDEX member_of_tier ON member (workspace, programme, tier);
CREATE INDEX member_absorbed ON member (workspace, moved_to) WHERE moved_to IS NOT NULL;
CREATE SEQUENCE member_id_seq CACHE 1;

CREATE TABLE wallet (
  workspace text NOT NULL,
  member bigint NOT NULL,
  currency text NOT NULL,
  pending bigint NOT NULL CHECK (pending >= 0),
  active bigint NOT NULL CHECK (active >= 0),
  reserved bigint NOT NULL CHECK (reserved >= 0),
  debt bigint NOT NULL CHECK (debt >= 0),
  debt_us bigint NOT NULL,
  PRIMARY KEY (workspace, member, currency)
) WITH (fillfactor = 70);

CREATE TABLE lot (
  workspace text NOT NULL,
  id uuid NOT NULL,
  member bigint NOT NULL,
  currency text NOT NULL,
  points bigint NOT NULL CHECK (points > 0),
  earned_us bigint NOT NULL,
  available_us bigint NOT NULL,
  expires_us bigint,
  source text NOT NULL,
  rule text NOT NULL,
  version integer NOT NULL,
  pending bigint NOT NULL CHECK (pending >= 0),
  active bigint NOT NULL CHECK (active >= 0),
  reserved bigint NOT NULL CHECK (reserved >= 0),
  ending smallint NOT NULL,
  -- Whether something of it is left. By itself, so that spending a part touches no index.
  open boolean NOT NULL,
  PRIMARY KEY (workspace, id)
) WITH (fillfactor = 70);
CREATE INDEX lot_open ON lot (workspace, member) WHERE open;
CREATE INDEX lot_of_member ON lot (workspace, member, earned_us, id);

CREATE TABLE entry (
  workspace text NOT NULL,
  id uuid NOT NULL,
  member bigint NOT NULL,
  number bigint NOT NULL,
  kind smallint NOT NULL,
  currency text NOT NULL,
  points bigint NOT NULL,
  event_us bigint NOT NULL,
  record_us bigint NOT NULL,
  source text NOT NULL,
  description text NOT NULL,
  rule text NOT NULL,
  version integer NOT NULL,
  actor text NOT NULL,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX entry_of_member ON entry (workspace, member, event_us, number);

CREATE TABLE posting (
  workspace text NOT NULL,
  entry uuid NOT NULL,
  number integer NOT NULL,
  place smallint NOT NULL,
  points bigint NOT NULL CHECK (points <> 0),
  lot uuid,
  PRIMARY KEY (workspace, entry, number)
);

CREATE TABLE reservation (
  workspace text NOT NULL,
  id uuid NOT NULL,
  member bigint NOT NULL,
  currency text NOT NULL,
  points bigint NOT NULL CHECK (points > 0),
  pins text NOT NULL,
  expires_us bigint NOT NULL,
  created_us bigint NOT NULL,
  reward text NOT NULL,
  reference text NOT NULL,
  state smallint NOT NULL,
  confirmed bigint NOT NULL CHECK (confirmed <= points),
  order_name text NOT NULL,
  ended_us bigint,
  returned boolean NOT NULL,
  PRIMARY KEY (workspace, id)
) WITH (fillfactor = 70);
CREATE INDEX reservation_held ON reservation (workspace, member) WHERE state = 1;
CREATE INDEX reservation_newest ON reservation (workspace, member, created_us, id);
CREATE INDEX reservation_of_order ON reservation (workspace, order_name) WHERE order_name <> '';

CREATE TABLE tier_period (
  workspace text NOT NULL,
  member bigint NOT NULL,
  number bigint NOT NULL,
  tier text NOT NULL,
  start_us bigint NOT NULL,
  end_us bigint,
  reason smallint NOT NULL,
  metric bigint NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (workspace, member, number)
);

CREATE TABLE due (
  workspace text NOT NULL,
  member bigint NOT NULL,
  due_us bigint NOT NULL,
  PRIMARY KEY (workspace, member)
);
CREATE INDEX due_first ON due (due_us);

CREATE TABLE purchase (
  workspace text NOT NULL,
  name text NOT NULL,
  profile uuid NOT NULL,
  order_us bigint NOT NULL,
  revision bigint NOT NULL,
  placed boolean NOT NULL,
  historical boolean NOT NULL,
  refund_id text NOT NULL,
  original text NOT NULL,
  present text NOT NULL,
  steps text NOT NULL,
  decided text[] NOT NULL,
  PRIMARY KEY (workspace, name)
);
CREATE INDEX purchase_of_profile ON purchase (workspace, profile, order_us);

CREATE TABLE earned (
  workspace text NOT NULL,
  programme text NOT NULL,
  rule text NOT NULL,
  source text NOT NULL,
  member bigint NOT NULL,
  currency text NOT NULL,
  lot uuid NOT NULL,
  entry uuid NOT NULL,
  version integer NOT NULL,
  factor text NOT NULL,
  most bigint,
  points bigint NOT NULL CHECK (points > 0),
  clawed bigint NOT NULL CHECK (clawed BETWEEN 0 AND points),
  event_us bigint NOT NULL,
  day integer NOT NULL,
  PRIMARY KEY (workspace, programme, rule, source)
);
CREATE INDEX earned_by_member ON earned (workspace, member, event_us);
CREATE INDEX earned_by_source ON earned (workspace, source);
CREATE INDEX earned_by_lot ON earned (workspace, lot);

CREATE TABLE clawback (
  workspace text NOT NULL,
  programme text NOT NULL,
  rule text NOT NULL,
  source text NOT NULL,
  revision bigint NOT NULL,
  points bigint NOT NULL CHECK (points > 0),
  event_us bigint NOT NULL,
  refund_id text NOT NULL,
  PRIMARY KEY (workspace, programme, rule, source, revision)
);
"""

PROTECTED = (
    "programme",
    "programme_version",
    "earn_rule",
    "earn_rule_version",
    "tier",
    "reward",
    "person",
    "member",
    "wallet",
    "lot",
    "entry",
    "posting",
    "reservation",
    "tier_period",
    "purchase",
    "earned",
    "clawback",
)

FUNCTIONS = (
    # The ledger only grows, whoever asks.
    """
CREATE FUNCTION keep_the_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'entries and postings are never changed and never removed';
END $$
""",
    """
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE ON entry
FOR EACH ROW EXECUTE FUNCTION keep_the_ledger()
""",
    """
CREATE TRIGGER posting_stays BEFORE UPDATE OR DELETE ON posting
FOR EACH ROW EXECUTE FUNCTION keep_the_ledger()
""",
    # Members with all that can still move, each as one document.
    """
CREATE FUNCTION seen_members(space text, ids bigint[]) RETURNS SETOF json LANGUAGE sql STABLE AS $$
SELECT json_build_object(
  'member', (SELECT row_to_json(x) FROM (SELECT m.*) x),
  'stamp', p.stamp,
  'due_us', (SELECT due_us FROM due d WHERE d.workspace = space AND d.member = m.id),
  'wallets', (
    SELECT json_agg(row_to_json(x)) FROM (
      SELECT currency, pending, active, reserved, debt, debt_us
      FROM wallet w WHERE w.workspace = space AND w.member = m.id
    ) x
  ),
  'lots', (
    SELECT json_agg(row_to_json(x)) FROM (
      SELECT * FROM lot l
      WHERE l.workspace = space AND l.member = m.id AND l.open
    ) x
  ),
  'reservations', (
    SELECT json_agg(row_to_json(x)) FROM (
      SELECT * FROM reservation r WHERE r.workspace = space AND r.member = m.id AND r.state = 1
    ) x
  )
)
FROM member m JOIN programme p ON p.workspace = space AND p.slug = m.programme
WHERE m.workspace = space AND m.id = ANY (ids)
ORDER BY m.id
$$
""",
    # The same, locked in the order of their ids. Two statements: what is read after the lock is what is so.
    """
CREATE FUNCTION held_members(space text, ids bigint[], passing boolean)
RETURNS SETOF json LANGUAGE plpgsql AS $$
DECLARE
  locked bigint[];
BEGIN
  IF passing THEN
    SELECT array_agg(id) INTO locked FROM (
      SELECT id FROM member WHERE workspace = space AND id = ANY (ids) ORDER BY id FOR UPDATE SKIP LOCKED
    ) x;
  ELSE
    SELECT array_agg(id) INTO locked FROM (
      SELECT id FROM member WHERE workspace = space AND id = ANY (ids) ORDER BY id FOR UPDATE
    ) x;
  END IF;
  RETURN QUERY SELECT * FROM seen_members(space, locked);
END $$
""",
    # A member by her name, or a former one of hers.
    """
CREATE FUNCTION held_account(space text, of_programme text, of_profile uuid)
RETURNS SETOF json LANGUAGE plpgsql AS $$
DECLARE
  found bigint;
  onward bigint;
BEGIN
  SELECT coalesce(m.moved_to, m.id) INTO found FROM member m
  WHERE m.workspace = space AND m.programme = of_programme AND m.profile = coalesce(
    (SELECT p.moved_to FROM person p WHERE p.workspace = space AND p.profile = of_profile), of_profile
  );
  LOOP
    EXIT WHEN found IS NULL;
    SELECT moved_to INTO onward FROM member WHERE workspace = space AND id = found FOR UPDATE;
    EXIT WHEN onward IS NULL;
    found := onward;
  END LOOP;
  RETURN QUERY SELECT * FROM seen_members(space, ARRAY[found]);
END $$
""",
)


def upgrade() -> None:
    op = cast("Operations", alembic.op)
    chassis_tables(op, APP_ROLE)
    for statement in (*TABLES.split(";\n"), TABLE):
        if statement.strip():
            op.execute(statement)
    protect(op, *PROTECTED, app_role=APP_ROLE)
    # Seen across workspaces: whose time has come, and by which zone and currency workspaces count.
    grant(op, "due", "workspace_setting", app_role=APP_ROLE)
    op.execute(f"GRANT USAGE ON SEQUENCE member_id_seq TO {APP_ROLE}")
    for statement in FUNCTIONS:
        op.execute(statement)
