"""What holds in each workspace before every send."""

from datetime import datetime, timedelta

import asyncpg
import orjson

from chassis.hottx import Connection
from services.campaign.domain.caps import Cap
from services.campaign.domain.settings import SendingPolicy
from services.campaign.store.channel_settings import LOCK, quiet, quiet_columns


async def of(connection: Connection, workspace: str) -> SendingPolicy:
    """The policy in force; what nobody decided is as the domain says."""
    row = await connection.fetchrow(POLICY, workspace)
    return policy(row) if row else SendingPolicy()


async def lock(connection: Connection, workspace: str) -> SendingPolicy:
    """The policy, which nobody else changes until this transaction ends."""
    await connection.execute(LOCK, f"policy {workspace}")
    return await of(connection, workspace)


async def write(connection: Connection, workspace: str, decided: SendingPolicy, now: datetime) -> None:
    caps = [[cap.count, cap.window // MICROSECOND, cap.message_class, cap.channel] for cap in decided.caps]
    await connection.execute(
        WRITE,
        workspace,
        orjson.dumps(caps).decode(),
        *quiet_columns(decided.quiet_hours),
        decided.support_quiet_period // MICROSECOND,
        decided.control_group_basis_points,
        decided.late_after // MICROSECOND,
        decided.attribution,
        now,
    )


def policy(row: asyncpg.Record) -> SendingPolicy:
    return SendingPolicy(
        caps=tuple(
            Cap(count, timedelta(microseconds=window_us), message_class, channel)
            for count, window_us, message_class, channel in orjson.loads(row["caps"])
        ),
        quiet_hours=quiet(row),
        support_quiet_period=timedelta(microseconds=row["support_quiet_us"]),
        control_group_basis_points=row["control_group_basis_points"],
        late_after=timedelta(microseconds=row["late_after_us"]),
        attribution=row["attribution"],
        revision=row["revision"],
        updated=row["update_time"],
    )


MICROSECOND = timedelta(microseconds=1)
POLICY = "SELECT * FROM sending_policy WHERE workspace = $1"
WRITE = """
INSERT INTO sending_policy AS p (workspace, caps, quiet_start, quiet_end, support_quiet_us,
  control_group_basis_points, late_after_us, attribution, revision, update_time)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)
ON CONFLICT (workspace) DO UPDATE
SET caps = excluded.caps, quiet_start = excluded.quiet_start, quiet_end = excluded.quiet_end,
  support_quiet_us = excluded.support_quiet_us,
  control_group_basis_points = excluded.control_group_basis_points, late_after_us = excluded.late_after_us,
  attribution = excluded.attribution, revision = p.revision + 1, update_time = excluded.update_time
"""
