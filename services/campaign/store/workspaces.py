"""Which workspaces there is anything of."""

from chassis.hottx import Connection


async def known(connection: Connection) -> list[str]:
    return [row["workspace"] for row in await connection.fetch(KNOWN)]


KNOWN = """
SELECT workspace FROM workspace_setting UNION SELECT workspace FROM catalog ORDER BY workspace
"""
