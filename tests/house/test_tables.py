"""Brands are kept apart by the database itself: the form of each table, and what a service may do with it."""

from dataclasses import dataclass

import asyncpg
import pytest

from deploy.local.provision import app_role
from tests.house.sources import ROOT

SERVICES = ["gateway", *sorted(path.parent.name for path in (ROOT / "services").glob("*/migrations"))]

# Tables whose key does not begin with the workspace. Loops read them, for all workspaces alike.
KEYED_OTHERWISE = {
    "alembic_version": "says of which form the database is",
    "outbox": "the relay sends what was promised in the order of the promises",
    "inbox": "an event is known by its own id, which is unique in the house",
    "parked": "an operator looks at all that went wrong",
    "hot_offset": "a stream holds the events of all workspaces",
}
# Tables without row-level security.
OPEN = KEYED_OTHERWISE | {
    "run_due": "a timer wakes runs whose time has come, whosever they are",
    "entrance_due": "a timer acts upon changes of membership we have caught up with, whosever they are",
    "credit_due": "a timer credits orders that were heard, in whatever shop",
    "click_due": "a timer settles clicks, in whatever shop",
    "deferred_event": "a timer takes what is due, whosever it is",
    "due": "a timer wakes whose time has come, whosever she is",
    "broadcast_due": "a timer begins what is due and goes on with what has begun, whosever it is",
    "catalog": "a timer builds the versions that wait, and the worker asks whose definitions are new",
    "send_due": "the sender takes the messages that are due, whosever they are",
    "touched": "the worker asks which of the profiles it holds in memory were written by another process",
    "mailbox_address": "the SMTP door asks whose an address is before it knows the workspace",
    "reply_address": "the SMTP door asks whose ticket a reply is to before it knows the workspace",
    "workspace_setting": "the worker reads events of all workspaces by the settings of each",
}
# Tables the owner too may look into, besides what is said of her in `chassis.migrations`.
SEEN_BY_THE_OWNER = {"answer": "she forgets what is old, in all workspaces"}

# Functions that do what the service itself may not.
TRUSTED = {
    "forget_answers": "deletes by age alone",
    "activity_month": "adds a partition, and reads no row",
}


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    key: list[str]
    partition: bool
    secured: bool


@pytest.fixture(params=SERVICES)
async def service(request) -> str:
    return request.param


@pytest.fixture
async def clone(service, database):
    return await database(service)


@pytest.fixture
async def admin(clone, postgres):
    """A superuser: she sees the catalogue and every row, and may write rows that refer to none."""
    connection = await asyncpg.connect(postgres.url(name_of(clone)))
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


@pytest.fixture
async def app(clone):
    """The service itself, in a transaction that was never told a workspace."""
    connection = await asyncpg.connect(clone.url)
    yield connection
    await connection.close()


@pytest.fixture
async def tables(admin) -> list[Table]:
    return [Table(**row) for row in await admin.fetch(TABLES)]


async def test_every_key_begins_with_the_workspace(tables):
    assert {} == {
        each.name: each.key
        for each in tables
        if each.key[:1] != ["workspace"] and each.name not in KEYED_OTHERWISE
    }


async def test_every_table_is_under_forced_row_level_security(tables):
    assert [] == [
        each.name for each in tables if not each.secured and not each.partition and each.name not in OPEN
    ]


async def test_every_policy_is_for_all_commands_and_about_the_workspace(tables, admin):
    policies = {(row["name"], row["policy"]): row for row in await admin.fetch(POLICIES)}
    for each in protected(tables):
        policy = policies.pop((each.name, "workspace"))
        assert ("*", True) == (policy["command"], policy["permissive"])
        for condition in (policy["sees"], policy["writes"]):
            assert "workspace = ANY" in condition
            assert "'rapport.workspaces'" in condition
    assert {*SEEN_BY_THE_OWNER} == {name for name, _ in policies}
    assert {"owner"} == {policy for _, policy in policies}


async def test_partitions_are_reached_through_their_table_only(tables, admin, service):
    granted = await admin.fetch(GRANTS, app_role(service), [each.name for each in tables if each.partition])
    assert [] == granted
    assert [] == await admin.fetch("SELECT * FROM pg_default_acl"), "a new table would be granted unasked"


async def test_nothing_goes_round_the_policies(admin):
    """A view reads as its owner does, and so does a function that says so."""
    assert [] == await admin.fetch(VIEWS)
    functions = await admin.fetch(TRUSTED_FUNCTIONS)
    assert [] == [each["name"] for each in functions if each["name"] not in TRUSTED]
    assert [] == [each["name"] for each in functions if each["public"] or not each["pinned"]]


async def test_the_service_owns_nothing_and_bypasses_nothing(admin, service):
    role = await admin.fetchrow(ROLE, app_role(service))
    assert {"super": False, "bypasses": False, "creates": False, "owned": 0, "memberships": 0} == dict(role)


async def test_without_a_workspace_there_is_nothing(tables, admin, app):
    for each in protected(tables):
        await fill(admin, each.name, "acme")
    for each in protected(tables):
        assert 1 == await admin.fetchval(f"SELECT count(*) FROM {each.name}"), each.name
        assert 0 == await app.fetchval(f"SELECT count(*) FROM {each.name}"), each.name
        assert "UPDATE 0" == await app.execute(f"UPDATE {each.name} SET workspace = 'mine'"), each.name
        assert "DELETE 0" == await app.execute(f"DELETE FROM {each.name}"), each.name


@pytest.mark.parametrize(("allowed", "seen"), [("", 0), ("zen", 0), ("acme", 1), ("acme,zen", 1)])
async def test_a_workspace_sees_its_own(tables, admin, app, allowed, seen):
    for each in protected(tables):
        await fill(admin, each.name, "acme")
    await app.execute("SELECT set_config('rapport.workspaces', $1, false)", allowed)
    assert {each.name: seen for each in protected(tables)} == {
        each.name: await app.fetchval(f"SELECT count(*) FROM {each.name}") for each in protected(tables)
    }


async def test_nothing_is_written_for_another_workspace(tables, admin, app):
    await app.execute("SELECT set_config('rapport.workspaces', 'zen', false)")
    for each in protected(tables):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await fill(app, each.name, "acme")


async def test_every_exception_is_needed(database, postgres):
    open_tables, functions = set(), set()
    for service in SERVICES:
        connection = await asyncpg.connect(postgres.url(name_of(await database(service))))
        open_tables |= {row["name"] for row in await connection.fetch(TABLES) if not row["secured"]}
        functions |= {row["name"] for row in await connection.fetch(TRUSTED_FUNCTIONS)}
        await connection.close()
    assert {*OPEN} <= open_tables
    assert {*TRUSTED} <= functions


def protected(tables: list[Table]) -> list[Table]:
    return [each for each in tables if each.secured and not each.partition]


async def fill(connection: asyncpg.Connection, table: str, workspace: str) -> None:
    """One row, of whatever the columns take; what it refers to need not exist."""
    columns = await connection.fetch(COLUMNS, table)
    values = ", ".join(repr(workspace) if row["name"] == "workspace" else ANY[row["type"]] for row in columns)
    names = ", ".join(row["name"] for row in columns)
    async with connection.transaction():
        await connection.execute(f"INSERT INTO {table} ({names}) VALUES ({values})")


def name_of(clone) -> str:
    return clone.url.partition("@/")[2].partition("?")[0]


ANY = {
    "text": "'any'",
    "smallint": "1",
    "integer": "1",
    "bigint": "1",
    "double precision": "1",
    "boolean": "true",
    "bytea": "''",
    "uuid": "'00000000-0000-7000-8000-000000000001'",
    "jsonb": "'{}'",
    "text[]": "'{}'",
    "bigint[]": "'{}'",
    "timestamp with time zone": "'2026-01-01Z'",
}
TABLES = """
SELECT c.relname AS name, c.relispartition AS partition,
  c.relrowsecurity AND c.relforcerowsecurity AS secured,
  ARRAY(
    SELECT a.attname FROM pg_index i, unnest(i.indkey::int[]) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
    WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY k.place
  )::text[] AS key
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
POLICIES = """
SELECT polrelid::regclass::text AS name, polname AS policy, polcmd::text AS command,
  polpermissive AS permissive, pg_get_expr(polqual, polrelid) AS sees,
  pg_get_expr(polwithcheck, polrelid) AS writes
FROM pg_policy
"""
GRANTS = """
SELECT table_name, privilege_type FROM information_schema.role_table_grants
WHERE grantee IN ($1, 'PUBLIC') AND table_name = ANY ($2)
"""
ROLE = """
SELECT rolsuper AS super, rolbypassrls AS bypasses,
  rolcreaterole OR rolcreatedb OR has_schema_privilege(oid, 'public', 'CREATE') AS creates,
  (SELECT count(*) FROM pg_shdepend WHERE refobjid = r.oid AND deptype = 'o') AS owned,
  (SELECT count(*) FROM pg_auth_members WHERE member = r.oid) AS memberships
FROM pg_roles r WHERE rolname = $1
"""
VIEWS = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
AND relkind NOT IN ('r', 'p', 'i', 'I', 'S', 't')
"""
TRUSTED_FUNCTIONS = """
SELECT p.proname AS name, 'search_path=public, pg_temp' = ANY (p.proconfig) IS TRUE AS pinned,
  EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0) AS public
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
"""
COLUMNS = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
