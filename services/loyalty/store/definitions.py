"""Programmes, rules, tiers and rewards, each with the message it came as."""

from collections.abc import Sequence

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]
# Of a rule, a tier, a reward: workspace, programme, slug.
Key = tuple[str, str, str]


async def programme(
    connection: Connection, workspace: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(PROGRAMME + (" FOR UPDATE" if lock else ""), workspace, slug)


async def programmes(connection: Connection, workspace: str, after: str, limit: int) -> Rows:
    return await connection.fetch(PROGRAMMES, workspace, after, limit)


async def create_programme(
    connection: Connection, workspace: str, slug: str, terms: bytes, now_us: int
) -> bool:
    """False when the name is taken."""
    return bool(await connection.fetchval(CREATE_PROGRAMME, workspace, slug, terms, now_us))


async def change_programme(
    connection: Connection, workspace: str, slug: str, terms: bytes, now_us: int, *, closed: bool
) -> None:
    await connection.execute(CHANGE_PROGRAMME, workspace, slug, terms, now_us, closed)


async def touch(connection: Connection, workspace: str, slug: str, *, sweep: bool = False) -> None:
    """Definitions of the programme changed. With *sweep* every member is to be looked at again."""
    await connection.execute(TOUCH, workspace, slug, sweep)


async def swept(connection: Connection, workspace: str, slug: str, reached: int | None) -> None:
    await connection.execute(
        "UPDATE programme SET swept = $3 WHERE workspace = $1 AND slug = $2", workspace, slug, reached
    )


async def rule(
    connection: Connection, workspace: str, programme: str, slug: str, version: int = 0
) -> asyncpg.Record | None:
    return await connection.fetchrow(RULE, workspace, programme, slug, version)


async def rules(
    connection: Connection, workspace: str, programme: str, after: tuple[int, str], limit: int
) -> Rows:
    return await connection.fetch(RULES, workspace, programme, *after, limit)


async def create_rule(connection: Connection, key: Key, rank: int, terms: bytes, now_us: int) -> bool:
    return bool(await connection.fetchval(CREATE_RULE, *key, rank, terms, now_us))


async def change_rule(connection: Connection, key: Key, rank: int, terms: bytes, now_us: int) -> None:
    await connection.execute(CHANGE_RULE, *key, rank, terms, now_us)


async def end_rule(connection: Connection, workspace: str, programme: str, slug: str, now_us: int) -> bool:
    return bool(await connection.fetchval(END_RULE, workspace, programme, slug, now_us))


async def rule_versions(
    connection: Connection, workspace: str, programme: str, wanted: Sequence[tuple[str, int]]
) -> Rows:
    """Versions of rules, by which something was earned."""
    slugs, versions = [slug for slug, _ in wanted], [version for _, version in wanted]
    return await connection.fetch(RULE_VERSIONS, workspace, programme, slugs, versions)


async def tiers(connection: Connection, workspace: str, programme: str) -> Rows:
    """The lowest first, each with how many hold it."""
    return await connection.fetch(TIERS, workspace, programme)


async def create_tier(connection: Connection, key: Key, threshold: int, terms: bytes, now_us: int) -> bool:
    """False when its name or its threshold is taken."""
    return bool(await connection.fetchval(CREATE_TIER, *key, threshold, terms, now_us))


async def change_tier(connection: Connection, key: Key, threshold: int, terms: bytes, now_us: int) -> None:
    await connection.execute(CHANGE_TIER, *key, threshold, terms, now_us)


async def delete_tier(connection: Connection, workspace: str, programme: str, slug: str) -> None:
    await connection.execute(
        "DELETE FROM tier WHERE workspace = $1 AND programme = $2 AND slug = $3", workspace, programme, slug
    )


async def reward(
    connection: Connection, workspace: str, programme: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(REWARD + (" FOR UPDATE" if lock else ""), workspace, programme, slug)


async def rewards(
    connection: Connection, workspace: str, programme: str, after: tuple[int, str], limit: int
) -> Rows:
    """The cheapest first."""
    return await connection.fetch(REWARDS, workspace, programme, *after, limit)


async def create_reward(
    connection: Connection, key: Key, terms: bytes, offer: tuple[int, int | None], now_us: int
) -> bool:
    return bool(await connection.fetchval(CREATE_REWARD, *key, terms, *offer, now_us))


async def change_reward(
    connection: Connection, key: Key, terms: bytes, offer: tuple[int, int | None], now_us: int
) -> None:
    await connection.execute(CHANGE_REWARD, *key, terms, *offer, now_us)


async def delete_reward(connection: Connection, workspace: str, programme: str, slug: str) -> bool:
    done = await connection.execute(
        "DELETE FROM reward WHERE workspace = $1 AND programme = $2 AND slug = $3", workspace, programme, slug
    )
    return done == "DELETE 1"


async def restock(
    connection: Connection, workspace: str, programme: str, slugs: Sequence[str], change: int
) -> bool:
    """Takes one of each out of stock, or puts it back; False when one of them is sold out."""
    for slug in sorted(slugs):
        done = await connection.execute(RESTOCK, workspace, programme, slug, change)
        if done == "UPDATE 0" and change < 0:
            return False
    return True


PROGRAMME = "SELECT * FROM programme WHERE workspace = $1 AND slug = $2"
PROGRAMMES = "SELECT * FROM programme WHERE workspace = $1 AND slug > $2 ORDER BY slug LIMIT $3"
CREATE_PROGRAMME = """
WITH made AS (
  INSERT INTO programme (workspace, slug, terms, version, revision, stamp, closed, create_us, update_us)
  VALUES ($1, $2, $3, 1, 1, 1, false, $4, $4) ON CONFLICT DO NOTHING RETURNING slug
)
INSERT INTO programme_version (workspace, programme, version, terms, create_us)
SELECT $1, slug, 1, $3, $4 FROM made RETURNING true
"""
CHANGE_PROGRAMME = """
WITH changed AS (
  UPDATE programme SET terms = $3, version = version + 1, revision = revision + 1, stamp = stamp + 1,
    update_us = $4, closed = $5
  WHERE workspace = $1 AND slug = $2 RETURNING version
)
INSERT INTO programme_version (workspace, programme, version, terms, create_us)
SELECT $1, $2, version, $3, $4 FROM changed
"""
TOUCH = """
UPDATE programme SET stamp = stamp + 1, swept = CASE WHEN $3 THEN 0 ELSE swept END
WHERE workspace = $1 AND slug = $2
"""
RULE = """
SELECT r.*, v.version AS shown_version, v.terms AS shown FROM earn_rule r
JOIN earn_rule_version v USING (workspace, programme, slug)
WHERE r.workspace = $1 AND r.programme = $2 AND r.slug = $3
  AND v.version = CASE WHEN $4 = 0 THEN r.version ELSE $4 END AND (NOT r.ended OR $4 > 0)
"""
RULES = """
SELECT *, version AS shown_version, terms AS shown FROM earn_rule
WHERE workspace = $1 AND programme = $2 AND NOT ended AND (rank, slug) > ($3, $4)
ORDER BY rank, slug LIMIT $5
"""
CREATE_RULE = """
WITH made AS (
  INSERT INTO earn_rule (workspace, programme, slug, rank, terms, version, revision, ended, create_us,
    update_us)
  VALUES ($1, $2, $3, $4, $5, 1, 1, false, $6, $6) ON CONFLICT DO NOTHING RETURNING slug
)
INSERT INTO earn_rule_version (workspace, programme, slug, version, terms, create_us)
SELECT $1, $2, slug, 1, $5, $6 FROM made RETURNING true
"""
CHANGE_RULE = """
WITH changed AS (
  UPDATE earn_rule SET rank = $4, terms = $5, version = version + 1, revision = revision + 1, update_us = $6
  WHERE workspace = $1 AND programme = $2 AND slug = $3 RETURNING version
)
INSERT INTO earn_rule_version (workspace, programme, slug, version, terms, create_us)
SELECT $1, $2, $3, version, $5, $6 FROM changed
"""
END_RULE = """
UPDATE earn_rule SET ended = true, revision = revision + 1, update_us = $4
WHERE workspace = $1 AND programme = $2 AND slug = $3 AND NOT ended RETURNING true
"""
RULE_VERSIONS = """
SELECT v.* FROM unnest($3::text[], $4::integer[]) AS wanted (slug, version)
JOIN earn_rule_version v ON v.workspace = $1 AND v.programme = $2
  AND v.slug = wanted.slug AND v.version = wanted.version
"""
TIERS = """
SELECT t.*, (
  SELECT count(*) FROM member m
  WHERE m.workspace = $1 AND m.programme = $2 AND m.tier = t.slug AND m.moved_to IS NULL
) AS member_count
FROM tier t WHERE t.workspace = $1 AND t.programme = $2 ORDER BY t.threshold
"""
CREATE_TIER = """
INSERT INTO tier (workspace, programme, slug, threshold, terms, revision, create_us, update_us)
VALUES ($1, $2, $3, $4, $5, 1, $6, $6) ON CONFLICT DO NOTHING RETURNING true
"""
CHANGE_TIER = """
UPDATE tier SET threshold = $4, terms = $5, revision = revision + 1, update_us = $6
WHERE workspace = $1 AND programme = $2 AND slug = $3
"""
REWARD = "SELECT * FROM reward WHERE workspace = $1 AND programme = $2 AND slug = $3"
REWARDS = """
SELECT * FROM reward WHERE workspace = $1 AND programme = $2 AND (price, slug) > ($3, $4)
ORDER BY price, slug LIMIT $5
"""
CREATE_REWARD = """
INSERT INTO reward (workspace, programme, slug, terms, price, stock, revision, create_us, update_us)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7) ON CONFLICT DO NOTHING RETURNING true
"""
CHANGE_REWARD = """
UPDATE reward SET terms = $4, price = $5, stock = $6, revision = revision + 1, update_us = $7
WHERE workspace = $1 AND programme = $2 AND slug = $3
"""
RESTOCK = """
UPDATE reward SET stock = stock + $4
WHERE workspace = $1 AND programme = $2 AND slug = $3 AND (stock IS NULL OR stock + $4 >= 0)
"""
