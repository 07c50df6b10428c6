"""Where the links of each message lead, and which message it is that somebody holds in her hands."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from chassis.hottx import Connection


class Stored(NamedTuple):
    """The links of one message, by their numbers."""

    workspace: str
    send: UUID
    urls: Sequence[str]


async def keep(connection: Connection, messages: Iterable[Stored]) -> None:
    """Of all messages of a batch at once. Of one that is rendered anew the last form counts."""
    rows = [(each.workspace, each.send, BREAK.join(each.urls)) for each in messages if each.urls]
    if rows:
        await connection.execute(KEEP, *(list(column) for column in zip(*sorted(rows), strict=True)))


async def url(connection: Connection, workspace: str, send: UUID, number: int) -> str | None:
    found: str | None = await connection.fetchval(URL, workspace, send, number)
    return found


async def message(connection: Connection, workspace: str, send: UUID) -> asyncpg.Record | None:
    """The message a link belongs to, with its topic, and whose it is now."""
    return await connection.fetchrow(MESSAGE, workspace, send)


# No address holds one.
BREAK = "\n"
# Where the last form has fewer links than the one before, which may have gone out too, its others still lead.
KEEP = """
INSERT INTO link (workspace, send, urls)
SELECT workspace, send, string_to_array(urls, E'\\n')
FROM unnest($1::text[], $2::uuid[], $3::text[]) AS message (workspace, send, urls)
ON CONFLICT (workspace, send) DO UPDATE
SET urls = excluded.urls || link.urls[cardinality(excluded.urls) + 1:] WHERE link.urls <> excluded.urls
"""
URL = "SELECT urls[$3 + 1] FROM link WHERE workspace = $1 AND send = $2"
# A test went to somebody of the shop: it has no customer, and nothing becomes of it.
MESSAGE = """
SELECT s.id, s.template, s.channel, s.class, s.campaign, s.run, s.step, s.variant, s.subject, s.address,
  s.test, s.send_us, l.key AS profile_key, l.profile,
  coalesce(t.subscription_group, '') AS topic
FROM send s
LEFT JOIN contact c ON c.workspace = $1 AND c.key = s.profile_key
LEFT JOIN contact l ON l.workspace = $1 AND l.key = coalesce(c.merged_into, c.key)
LEFT JOIN template t ON t.workspace = $1 AND t.slug = s.template
WHERE s.workspace = $1 AND s.id = $2
"""
