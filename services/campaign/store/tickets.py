"""Tickets and the last contact with the desk, by the name under which support knows a customer."""

from uuid import UUID

from chassis.hottx import Connection


async def turn(
    connection: Connection, workspace: str, ticket: str, profile: UUID, *, is_open: bool, time_us: int
) -> None:
    """A ticket was opened or resolved; the newest of the two holds. An absorbed one stays closed."""
    await connection.execute(TURN, workspace, ticket, profile, is_open, time_us)


async def absorb(connection: Connection, workspace: str, ticket: str, profile: UUID) -> None:
    await connection.execute(ABSORB, workspace, ticket, profile)


async def touch(connection: Connection, workspace: str, profile: UUID, time_us: int) -> None:
    await connection.execute(TOUCH, workspace, profile, time_us)


TURN = """
INSERT INTO desk_ticket AS known (workspace, ticket, profile, open, merged, time_us)
VALUES ($1, $2, $3, $4, false, $5)
ON CONFLICT (workspace, ticket) DO UPDATE
SET profile = excluded.profile, open = excluded.open AND NOT known.merged, time_us = excluded.time_us
WHERE known.time_us <= excluded.time_us
"""
ABSORB = """
INSERT INTO desk_ticket (workspace, ticket, profile, open, merged, time_us)
VALUES ($1, $2, $3, false, true, 0)
ON CONFLICT (workspace, ticket) DO UPDATE SET open = false, merged = true
"""
TOUCH = """
INSERT INTO desk AS known (workspace, profile, last_contact_us) VALUES ($1, $2, $3)
ON CONFLICT (workspace, profile) DO UPDATE
SET last_contact_us = greatest(known.last_contact_us, excluded.last_contact_us)
"""
