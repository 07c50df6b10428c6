"""Queues are given out: by priority, then who waited longest, to whoever has room."""

from datetime import datetime

from chassis.db import Tx
from services.support.actions.assign import assign
from services.support.actions.change import SERVICE, changed, taken_up, waits
from services.support.domain.routing import Candidate, Routing, chosen
from services.support.store import desk


async def drain(tx: Tx, now: datetime) -> bool:
    """Gives out the first ticket that can be given, alone in this workspace; whether there may be more.

    One in a transaction: who locks a ticket, then an agent, and then the next ticket, would meet somebody
    who does it the other way round.
    """
    connection, workspace = await tx.raw(), tx.workspace
    await desk.route_alone(connection, workspace)
    candidates = [candidate(row) for row in await desk.ready(connection, workspace)]
    queue = await desk.queue(connection, workspace) if candidates else []
    for row in queue:
        found = chosen(Routing(row["routing"]), row["team"], row["tags"], candidates)
        if found is not None:
            await give(tx, row["number"], found, now)
            return True
    return False


async def give(tx: Tx, number: int, to: Candidate, now: datetime) -> None:
    """To her, if it still waits and she still has room: people assign tickets as well."""
    case = await taken_up(tx, number, SERVICE, now)
    if case is None or not waits(case.ticket):
        return
    agent = await desk.agent(await tx.raw(), tx.workspace, to.id, lock=True)
    if agent is not None and agent["available"] and agent["active_count"] < agent["capacity"]:
        await assign(case, to.id, case.ticket.team, automatic=True)
        await changed(tx, case)


def candidate(row: desk.Row) -> Candidate:
    return Candidate(
        row["id"], row["teams"], row["skills"], row["capacity"], row["active_count"], row["assign_time"]
    )
