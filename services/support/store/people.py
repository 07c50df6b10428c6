"""Who our customers are, as far as the desk needs to know: their addresses, and who they turned out to be."""

from collections.abc import Sequence
from uuid import UUID

from chassis.hottx import Connection
from services.support.domain.tickets import Ticket
from services.support.store.tickets import of


async def meet(connection: Connection, workspace: str, profile: UUID) -> None:
    await connection.execute(MEET, workspace, profile)


async def update(
    connection: Connection, workspace: str, profile: UUID, revision: int, addresses: Sequence[str]
) -> bool:
    """Keeps the newest state; False when we knew a newer one."""
    if await connection.fetchval(UPDATE, workspace, profile, revision) is None:
        return False
    await connection.execute(
        "DELETE FROM person_address WHERE workspace = $1 AND profile = $2", workspace, profile
    )
    await connection.execute(ADDRESSES, workspace, profile, sorted(set(addresses)))
    return True


async def living(connection: Connection, workspace: str, profile: UUID) -> UUID | None:
    """The profile as it lives on; None when nobody told us of it."""
    found: UUID | None = await connection.fetchval(LIVING, workspace, profile)
    return found


async def of_address(connection: Connection, workspace: str, address: str) -> UUID | None:
    """Whose address it is. Of several, who was known first."""
    found: UUID | None = await connection.fetchval(OF_ADDRESS, workspace, address)
    return found


async def address_of(connection: Connection, workspace: str, profile: UUID) -> str:
    """One of her addresses that is not dead; empty when there is none."""
    return await connection.fetchval(ADDRESS_OF, workspace, profile) or ""


async def merge(connection: Connection, workspace: str, survivor: UUID, absorbed: UUID) -> UUID | None:
    """Folds one into the other and says who lives on; None when they are one already."""
    await meet(connection, workspace, survivor)
    await meet(connection, workspace, absorbed)
    root = await living(connection, workspace, survivor)
    gone = await living(connection, workspace, absorbed)
    if root is None or root == gone:
        return None
    await connection.execute(MERGE, workspace, gone, root)
    await connection.execute(MOVE_ADDRESSES, workspace, gone, root)
    return root


async def tickets(connection: Connection, workspace: str, profile: UUID) -> list[Ticket]:
    """Her tickets, locked in their order."""
    return [of(row) for row in await connection.fetch(TICKETS, workspace, profile)]


async def nobodys(connection: Connection, workspace: str, addresses: Sequence[str]) -> list[Ticket]:
    """Tickets of senders whom nobody knew, locked in their order."""
    return [of(row) for row in await connection.fetch(NOBODYS, workspace, addresses)]


MEET = """
INSERT INTO person (workspace, profile, merged_into, revision) VALUES ($1, $2, NULL, 0) ON CONFLICT DO NOTHING
"""
UPDATE = """
INSERT INTO person (workspace, profile, merged_into, revision) VALUES ($1, $2, NULL, $3)
ON CONFLICT (workspace, profile) DO UPDATE SET revision = excluded.revision
WHERE person.revision < excluded.revision AND person.merged_into IS NULL RETURNING true
"""
ADDRESSES = """
INSERT INTO person_address (workspace, profile, address) SELECT $1, $2, a FROM unnest($3::text[]) AS a
"""
LIVING = "SELECT coalesce(merged_into, profile) FROM person WHERE workspace = $1 AND profile = $2"
OF_ADDRESS = """
SELECT profile FROM person_address WHERE workspace = $1 AND address = $2 ORDER BY profile LIMIT 1
"""
ADDRESS_OF = """
SELECT a.address FROM person_address a WHERE a.workspace = $1 AND a.profile = $2
ORDER BY EXISTS (SELECT FROM dead_address d WHERE d.workspace = $1 AND d.address = a.address), a.address
LIMIT 1
"""
# Nobody is two steps from who lives on: what led to the absorbed one leads to the survivor at once.
MERGE = """
UPDATE person SET merged_into = $3 WHERE workspace = $1 AND (profile = $2 OR merged_into = $2)
"""
MOVE_ADDRESSES = """
WITH gone AS (DELETE FROM person_address WHERE workspace = $1 AND profile = $2 RETURNING address)
INSERT INTO person_address (workspace, profile, address) SELECT $1, $3, address FROM gone
ON CONFLICT DO NOTHING
"""
TICKETS = "SELECT * FROM ticket WHERE workspace = $1 AND profile = $2 ORDER BY number FOR UPDATE"
NOBODYS = """
SELECT * FROM ticket WHERE workspace = $1 AND profile IS NULL AND address = ANY ($2::text[])
ORDER BY number FOR UPDATE
"""
