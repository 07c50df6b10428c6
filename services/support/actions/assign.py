"""Who works on a ticket. An agent's row is locked while her room is counted, so she never has too many."""

from uuid import UUID

from rapport.support.v1 import events_pb2 as events

from services.support.actions.change import Case
from services.support.convert import tickets as convert
from services.support.convert.times import timestamp
from services.support.store import desk


async def assign(case: Case, agent: UUID | None, team: str, *, automatic: bool = False) -> None:
    """To an agent, or into a team's queue."""
    ticket = case.ticket
    if (ticket.assignee, ticket.team) == (agent, team):
        return
    case.log("assign", convert.agent_name(ticket.assignee), convert.agent_name(agent))
    case.log("team", convert.team_name(ticket.team), convert.team_name(team))
    ticket.assignee, ticket.team = agent, team
    if agent:
        await desk.note_assignment(await case.tx.raw(), case.tx.workspace, agent, case.now)
    case.tell(
        events.TicketAssigned(
            event_time=timestamp(case.now),
            ticket=ticket.name,
            assignee=convert.agent_name(agent),
            team=convert.team_name(team),
            automatic=automatic,
        )
    )


async def back_to_agent(case: Case) -> None:
    """A ticket that is taken up again stays with who had it if she has room, else it is in the queue."""
    had = case.ticket.former_assignee or case.ticket.assignee
    agent = None
    if had:
        agent = await desk.agent(await case.tx.raw(), case.tx.workspace, had, lock=True)
    room = agent is not None and agent["available"] and agent["active_count"] < agent["capacity"]
    await assign(case, had if room else None, case.ticket.team, automatic=True)
