"""Facts about tickets of senders nobody knows yet: they are told once somebody knows."""

from chassis.hottx import Connection


async def keep(connection: Connection, workspace: str, number: int, fact: str, payload: bytes) -> None:
    await connection.execute(KEEP, workspace, number, fact, payload)


async def take(connection: Connection, workspace: str, number: int) -> list[tuple[str, bytes]]:
    """All of a ticket, in the order in which they happened; they are kept no longer."""
    rows = await connection.fetch(TAKE, workspace, number)
    return [(row["fact"], row["payload"]) for row in sorted(rows, key=lambda row: row["position"])]


KEEP = "INSERT INTO untold (workspace, ticket, fact, payload) VALUES ($1, $2, $3, $4)"
TAKE = "DELETE FROM untold WHERE workspace = $1 AND ticket = $2 RETURNING position, fact, payload"
