"""What customers got of late, counted for the caps. Written under the lock of the customer it is about."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from chassis.hottx import Connection
from services.campaign.domain.caps import Use
from services.campaign.store.numbers import NUMBERS


async def uses(
    connection: Connection, workspace: str, keys: Sequence[int], since_us: int
) -> dict[int, dict[UUID, Use]]:
    """By living customer and send, under whatever number of hers."""
    found: dict[int, dict[UUID, Use]] = defaultdict(dict)
    for row in await connection.fetch(USES, workspace, keys, since_us) if keys else []:
        found[row["living"]][row["send"]] = Use(row["time_us"], row["channel"], row["class"])
    return found


async def take(connection: Connection, workspace: str, taken: Sequence[tuple[int, UUID, Use]]) -> None:
    """A further attempt takes the same place anew."""
    if taken:
        columns = [(send, key, use.time_us, use.channel, use.message_class) for key, send, use in taken]
        await connection.execute(TAKE, workspace, *(list(column) for column in zip(*columns, strict=True)))


async def give_back(connection: Connection, workspace: str, sends: Sequence[UUID]) -> None:
    if sends:
        await connection.execute(GIVE_BACK, workspace, sends)


async def forget(connection: Connection, workspace: str, before_us: int, most: int) -> int:
    """Uses that no cap looks back to; how many there were, at most *most*."""
    found: int = await connection.fetchval(FORGET, workspace, before_us, most)
    return found


USES = f"""
SELECT number.living, c.send, c.time_us, c.channel, c.class FROM ({NUMBERS}) AS number
CROSS JOIN LATERAL (
  SELECT * FROM cap_use WHERE workspace = $1 AND profile_key = number.key AND time_us > $3 OFFSET 0
) AS c
"""  # noqa: S608 -- of constants
TAKE = """
INSERT INTO cap_use (workspace, send, profile_key, time_us, channel, class)
SELECT $1, * FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
ON CONFLICT (workspace, send) DO UPDATE
SET profile_key = excluded.profile_key, time_us = excluded.time_us
"""
GIVE_BACK = "DELETE FROM cap_use WHERE workspace = $1 AND send = ANY ($2::uuid[])"
FORGET = """
WITH forgotten AS (
  DELETE FROM cap_use WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM cap_use WHERE workspace = $1 AND time_us < $2 ORDER BY time_us LIMIT $3
  )) RETURNING 1
)
SELECT count(*) FROM forgotten
"""
