"""How each workspace uses its channels."""

from collections.abc import Sequence
from datetime import datetime, time

import asyncpg

from chassis.hottx import Connection
from services.campaign.domain.quiet import Quiet
from services.campaign.domain.settings import ChannelSetting


async def of(connection: Connection, workspace: str, channels: Sequence[str]) -> dict[str, ChannelSetting]:
    """The setting of each of these channels; what nobody set is as the domain says."""
    rows = await connection.fetch(SETTINGS, workspace, channels)
    known = {row["channel"]: setting(row) for row in rows}
    return {channel: known.get(channel) or ChannelSetting(channel) for channel in channels}


async def lock(connection: Connection, workspace: str, channel: str) -> ChannelSetting:
    """The setting, which nobody else changes until this transaction ends."""
    # A row that is not there yet cannot be locked: its name can.
    await connection.execute(LOCK, f"channel {workspace} {channel}")
    return (await of(connection, workspace, [channel]))[channel]


async def write(connection: Connection, workspace: str, setting: ChannelSetting, now: datetime) -> None:
    await connection.execute(
        WRITE,
        workspace,
        setting.channel,
        setting.enabled,
        setting.sender,
        setting.reply_to,
        setting.postal_address,
        setting.tracking,
        *quiet_columns(setting.quiet_hours),
        setting.link_domain,
        setting.stop_words,
        setting.return_words,
        now,
    )


def setting(row: asyncpg.Record) -> ChannelSetting:
    return ChannelSetting(
        channel=row["channel"],
        enabled=row["enabled"],
        sender=row["sender"],
        reply_to=row["reply_to"],
        postal_address=row["postal_address"],
        tracking=row["tracking"],
        quiet_hours=quiet(row),
        link_domain=row["link_domain"],
        stop_words=tuple(row["stop_words"]),
        return_words=tuple(row["return_words"]),
        revision=row["revision"],
        updated=row["update_time"],
    )


def quiet(row: asyncpg.Record) -> Quiet | None:
    if row["quiet_start"] is None:
        return None
    return Quiet(time.fromisoformat(row["quiet_start"]), time.fromisoformat(row["quiet_end"]))


def quiet_columns(hours: Quiet | None) -> tuple[str | None, str | None]:
    return (f"{hours.start:%H:%M}", f"{hours.end:%H:%M}") if hours else (None, None)


LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
SETTINGS = "SELECT * FROM channel_setting WHERE workspace = $1 AND channel = ANY ($2::text[])"
WRITE = """
INSERT INTO channel_setting AS c (workspace, channel, enabled, sender, reply_to, postal_address, tracking,
  quiet_start, quiet_end, link_domain, stop_words, return_words, revision, update_time)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13)
ON CONFLICT (workspace, channel) DO UPDATE
SET enabled = excluded.enabled, sender = excluded.sender, reply_to = excluded.reply_to,
  postal_address = excluded.postal_address, tracking = excluded.tracking, quiet_start = excluded.quiet_start,
  quiet_end = excluded.quiet_end, link_domain = excluded.link_domain, stop_words = excluded.stop_words,
  return_words = excluded.return_words, revision = c.revision + 1, update_time = excluded.update_time
"""
