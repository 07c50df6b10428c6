"""What is asked of customers is quick also right after they came: before anybody counted the table."""

import pytest

from services.campaign.store import broadcasts, caps, heard, memberships, people, subscriptions
from tests.campaign.sending.world import WORKSPACE

MANY, ASKED = 20_000, 1_000
STATEMENTS = {
    "living": people.ALIASES,
    "lock": people.LOCK,
    "lock free": people.LOCK_FREE,
    "contacts": people.CONTACTS,
    "consents": people.CONSENTS,
    "desk": people.DESK,
    "memberships": memberships.OF,
    "uses": caps.USES,
    "decisions": subscriptions.DECISIONS,
    "opted out": subscriptions.OPTED_OUT,
    "heard": heard.OF,
    "former": broadcasts.FORMER,
}


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_in_a_table_nobody_has_counted_customers_are_found_one_by_one(shop, mode):
    keys = list(range(1_000_000, 1_000_000 + MANY))
    await shop.run(FILL, keys)
    await shop.run("UPDATE contact SET merged_into = key + 1 WHERE key % 10 = 0 AND key = ANY ($1)", keys)
    asked = "{" + ",".join(str(key) for key in keys[1 : 2 * ASKED : 2]) + "}"
    looked_at = {}
    async with shop.db.begin(WORKSPACE) as tx:
        connection = await tx.raw()
        await connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
        for number, (name, sql) in enumerate(STATEMENTS.items()):
            more = {"uses": ", 0", "heard": ", 10"}.get(name, "")
            await connection.execute(f"PREPARE s{number} AS {sql}")
            plan = await connection.fetchval(
                f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE s{number} ('{WORKSPACE}', '{asked}'{more})"
            )
            looked_at[name] = most(plan[0]["Plan"])
    assert {name: count for name, count in looked_at.items() if count > 3 * ASKED} == {}


def most(plan) -> float:
    """The most rows any node of a plan looked at, in all its loops."""
    thrown_away = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Join Filter", 0)
    here = (plan["Actual Rows"] + thrown_away) * plan["Actual Loops"]
    return max([here, *map(most, plan.get("Plans", ()))])


FILL = """
WITH customers AS (
  INSERT INTO contact (workspace, key, profile, revision, identifiers, traits, computed, erased)
  SELECT 'acme', key, gen_random_uuid(), 1, '{}', '{}', '{}', false FROM unnest($1::bigint[]) AS key
  RETURNING key, profile
), granted AS (
  INSERT INTO consent (workspace, profile_key, channel, purpose, decision, time_us, since_us)
  SELECT 'acme', key, 'email', 'marketing', 'granted', 1, 1 FROM customers
), inside AS (
  INSERT INTO membership (workspace, profile_key, segment, sequence, inside, told_us)
  SELECT 'acme', key, 'segments/all', key, true, 1 FROM customers
), used AS (
  INSERT INTO cap_use (workspace, send, profile_key, time_us, channel, class)
  SELECT 'acme', profile, key, 1, 'email', 'marketing' FROM customers
), took AS (
  INSERT INTO subscription (workspace, profile_key, topic, subscribed, source, evidence, time_us, revision)
  SELECT 'acme', key, 'news', true, '', '', 1, 1 FROM customers
), left_all AS (
  INSERT INTO opt_out (workspace, profile_key, channel, source, time_us)
  SELECT 'acme', key, 'email', '', 1 FROM customers
), heard AS (
  INSERT INTO heard (workspace, id, profile_key, time_us, told_us, type, name, document)
  SELECT 'acme', key::text, key, 1, 1, '', '', '{}' FROM customers
), touched AS (
  INSERT INTO desk (workspace, profile, last_contact_us) SELECT 'acme', profile, 1 FROM customers
)
INSERT INTO desk_ticket (workspace, ticket, profile, open, merged, time_us)
SELECT 'acme', key::text, profile, true, false, 1 FROM customers
"""
