"""The figures of a campaign, counted from its sends and what became of them."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from chassis.hottx import Connection
from chassis.workspaces import UNTOLD


class Asked(NamedTuple):
    """Which figures: of the messages a campaign sent from one instant on, up to another."""

    campaign: str
    start_us: int | None = None
    end_us: int | None = None


async def funnel(connection: Connection, workspace: str, asked: Asked) -> list[asyncpg.Record]:
    """By step and variant, and all together, which says so by `together`. Tests are not counted."""
    return await connection.fetch(FUNNEL, workspace, *asked)


async def conversions(
    connection: Connection, workspace: str, asked: Asked, versions: Sequence[int], currency: str
) -> list[asyncpg.Record]:
    """In the same form: `converted` customers, credited `orders`, `revenue` in minor units of *currency*.

    *versions* of a journey have a goal: there, who reached it is converted.
    """
    return await connection.fetch(CONVERSIONS, workspace, *asked, list(versions), currency)


async def graphs(connection: Connection, workspace: str, journey: str) -> dict[int, bytes]:
    """By the numbers of its versions."""
    rows = await connection.fetch(GRAPHS, workspace, journey)
    return {row["number"]: row["graph"] for row in rows}


async def currency(connection: Connection, workspace: str) -> str:
    """The workspace's, as it was last told."""
    found: str | None = await connection.fetchval(CURRENCY, workspace)
    return found or UNTOLD.currency_code


async def assigned(connection: Connection, workspace: str, campaign: str) -> dict[str, int]:
    """How many customers drew each variant, whatever became of it."""
    rows = await connection.fetch(ASSIGNED, workspace, campaign)
    return {row["variant"]: row["count"] for row in rows}


# What was not sent counts by when it was claimed.
SPAN = """
  s.workspace = $1 AND s.campaign = $2 AND NOT s.test
    AND ($3::bigint IS NULL OR coalesce(s.send_us, s.create_us) >= $3)
    AND ($4::bigint IS NULL OR coalesce(s.send_us, s.create_us) < $4)
"""
# A holdout is a variant of its own. A customer is one, under whatever number.
ONE = """
  coalesce(c.merged_into, s.profile_key) AS profile_key, s.step,
  CASE WHEN s.state = 8 THEN 'holdout' ELSE s.variant END AS variant
"""
FUNNEL = f"""
SELECT step, variant, GROUPING(step) = 1 AS together,
  count(DISTINCT profile_key) FILTER (WHERE decision_count > 0) AS decided,
  count(*) FILTER (WHERE state IN (2, 3)) AS sent,
  count(*) FILTER (WHERE delivered) AS delivered,
  count(DISTINCT profile_key) FILTER (WHERE opened) AS opened,
  count(DISTINCT profile_key) FILTER (WHERE machine_opened) AS machine_opened,
  count(DISTINCT profile_key) FILTER (WHERE clicked) AS clicked,
  count(*) FILTER (WHERE bounced) AS bounced,
  count(DISTINCT profile_key) FILTER (WHERE complained) AS complained,
  count(DISTINCT profile_key) FILTER (WHERE unsubscribed) AS unsubscribed,
  count(*) FILTER (WHERE state = 7) AS suppressed,
  count(*) FILTER (WHERE state = 4) AS failed,
  count(*) FILTER (WHERE state = 5) AS unknown
FROM (
  SELECT {ONE}, s.state, s.decision_count, r.*
  FROM send s LEFT JOIN contact c ON c.workspace = $1 AND c.key = s.profile_key
  LEFT JOIN LATERAL (
    SELECT bool_or(kind = 'delivered') AS delivered,
      bool_or(kind = 'opened' AND origin <> 'machine') AS opened,
      bool_or(kind = 'opened' AND origin = 'machine') AS machine_opened,
      bool_or(kind = 'clicked' AND origin <> 'machine') AS clicked,
      bool_or(kind IN ('bounced_hard', 'bounced_soft')) AS bounced,
      bool_or(kind = 'complained') AS complained,
      bool_or(kind = 'unsubscribed') AS unsubscribed
    FROM reaction WHERE workspace = $1 AND send = s.id
  ) r ON true
  WHERE {SPAN}
) one
GROUP BY GROUPING SETS ((step, variant), ())
ORDER BY together, step, variant
"""  # noqa: S608 - all of it stands here
# Of who was held out, too, it counts whether she reached the goal: that is what the others are compared with.
CONVERSIONS = f"""
WITH credited AS (
  SELECT {ONE}, r.version = ANY ($5::integer[]) IS NOT TRUE AS converts, k.purchase,
    CASE WHEN p.currency = $6 THEN k.amount ELSE 0 END AS amount
  FROM credit k
  JOIN send s ON s.workspace = $1 AND s.id = k.send
  JOIN purchase p ON p.workspace = $1 AND p.name = k.purchase
  LEFT JOIN run r ON r.workspace = $1 AND r.id = s.run
  LEFT JOIN contact c ON c.workspace = $1 AND c.key = s.profile_key
  WHERE k.workspace = $1 AND k.campaign = $2 AND {SPAN}
), reached AS (
  SELECT {ONE}, true AS converts, NULL::text AS purchase, 0::bigint AS amount
  FROM send s
  JOIN run r ON r.workspace = $1 AND r.id = s.run AND r.end_reason = 'GOAL_REACHED'
    AND r.version = ANY ($5::integer[]) AND r.end_us >= coalesce(s.send_us, s.create_us)
  LEFT JOIN contact c ON c.workspace = $1 AND c.key = s.profile_key
  WHERE cardinality($5::integer[]) > 0 AND s.state IN (2, 3, 8) AND {SPAN}
)
SELECT step, variant, GROUPING(step) = 1 AS together,
  count(DISTINCT profile_key) FILTER (WHERE converts) AS converted,
  count(DISTINCT purchase) AS orders,
  coalesce(sum(amount), 0)::bigint AS revenue
FROM (SELECT * FROM credited UNION ALL SELECT * FROM reached) one
GROUP BY GROUPING SETS ((step, variant), ())
"""  # noqa: S608 - all of it stands here
GRAPHS = "SELECT number, graph FROM journey_version WHERE workspace = $1 AND journey = $2"
CURRENCY = "SELECT currency_code FROM workspace_setting WHERE workspace = $1"
ASSIGNED = """
SELECT variant, count(*) FROM send WHERE workspace = $1 AND campaign = $2 AND NOT test GROUP BY variant
"""
