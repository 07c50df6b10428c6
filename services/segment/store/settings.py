"""The settings of workspaces, as the gateway told them."""

import asyncpg

from chassis.hottx import Connection


async def every(connection: Connection) -> list[asyncpg.Record]:
    return await connection.fetch("SELECT * FROM workspace_setting")


async def keep(connection: Connection, workspace: str, revision: int, values: tuple[str, str, str]) -> None:
    """The newest revision holds, in whatever order they are heard."""
    await connection.execute(KEEP, workspace, revision, *values)


KEEP = """
INSERT INTO workspace_setting (workspace, revision, time_zone, currency_code, region_code)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace) DO UPDATE
SET revision = excluded.revision, time_zone = excluded.time_zone,
    currency_code = excluded.currency_code, region_code = excluded.region_code
WHERE workspace_setting.revision < excluded.revision
"""
