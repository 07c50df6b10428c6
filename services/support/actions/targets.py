"""What was promised for a ticket, computed anew: in every transaction that changes it, and when it is time.

Computing again changes nothing but what follows from other events, other promises or a later hour; so it does
no harm to do it twice, and a breach is told once whoever finds it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import asyncpg
from rapport.support.v1 import events_pb2 as events

from chassis.db import Tx, promise
from chassis.hottx import Connection
from chassis.tracing import inject
from services.support.convert import calendars as hours_of
from services.support.convert import policies as policy_of
from services.support.convert import targets as convert
from services.support.domain.calendars import ROUND_THE_CLOCK, Calendar
from services.support.domain.clocks import Metric
from services.support.domain.policies import Policy, first_match
from services.support.domain.targets import Key, Standing, Target, Terms, targets
from services.support.domain.tickets import State, Ticket
from services.support.store import calendars, due, policies, tickets
from services.support.store import targets as store


async def recomputed(tx: Tx, ticket: Ticket, now: datetime) -> list[events.TargetBreached]:
    """Writes the targets of a ticket as they stand and when it is next due; the breaches nobody told yet."""
    connection, workspace = await tx.raw(), tx.workspace
    await store.hold_terms(connection, workspace)
    rows = {store.key(row): row for row in await store.of_ticket(connection, workspace, ticket.number)}
    policy = await matching(connection, workspace, ticket)
    if not rows and policy is None:
        ticket.due_time = None
        return []
    found = [] if ticket.state is State.MERGED else await computed(tx, ticket, rows, policy, now)
    await written(connection, ticket, tx.workspace, rows, found)
    ticket.due_time = next_due(ticket, found)
    await keep_watch(connection, workspace, ticket, found)
    told = [
        each
        for each in found
        if each.standing is Standing.BREACHED
        and (each.key not in rows or rows[each.key]["told_time"] is None)
    ]
    if told:
        await store.told(connection, workspace, ticket.number, [each.key for each in told], now)
    return [convert.breached(ticket, each) for each in told]


def next_due(ticket: Ticket, found: Iterable[Target]) -> datetime | None:
    """Of what somebody still has to do; with a ticket that is through, nobody has."""
    if ticket.state is State.RESOLVED:
        return None
    return min((each.due for each in found if each.pending and each.due), default=None)


def tell_once(tx: Tx, fact: events.TargetBreached) -> None:
    """Under an id that follows from what it says: whoever hears it twice knows it again."""
    headers: dict[str, str] = {"ce-cause": tx.cause} if tx.cause else {}
    told = promise(fact, tx.workspace, tx.clock(), inject(headers))
    told.event_id = uuid5(BREACHES, f"{tx.workspace}/{fact.target}")
    tx.add(told)
    tx.promised = True


async def matching(connection: Connection, workspace: str, ticket: Ticket) -> Policy | None:
    """The first that matches, and no other."""
    rows = await policies.page(connection, workspace, BEFORE_ALL, MOST_POLICIES)
    tried = (policy_of.promising(row["slug"], row["version"], row["definition"]) for row in rows)
    return first_match(tried, convert.facts(ticket))


async def computed(
    tx: Tx, ticket: Ticket, rows: Mapping[Key, asyncpg.Record], policy: Policy | None, now: datetime
) -> list[Target]:
    connection, workspace = await tx.raw(), tx.workspace
    ended = {key: row for key, row in rows.items() if row["standing"] in ENDED and row["stop_time"]}
    hours = await calendars_of(connection, workspace, ended.values())
    kept = {key: convert.terms(row, hours[named(row)]) for key, row in ended.items()}
    terms = await promised(connection, workspace, ticket, policy) if policy else {}
    spoken = await store.spoken(connection, workspace, ticket.number)
    states = await tickets.states(connection, workspace, ticket.number)
    return targets(convert.history(ticket, spoken, states), terms, now, kept)


async def promised(
    connection: Connection, workspace: str, ticket: Ticket, policy: Policy
) -> dict[Metric, Terms]:
    """By the policy for this priority, on its calendar or the team's, or round the clock."""
    slug = policy.calendar or await calendars.of_teams(connection, workspace, ticket.team)
    row = await calendars.calendar(connection, workspace, slug) if slug else None
    hours = hours_of.counting(row["definition"]) if row else ROUND_THE_CLOCK
    reason = policy.match.reason(convert.facts(ticket))
    return {
        metric: Terms(
            duration=said.duration,
            hours=hours,
            policy=policy.slug,
            policy_version=policy.version,
            reason=reason,
            calendar=row["slug"] if row else "",
            calendar_version=row["version"] if row else 0,
            first_only=said.first_only,
        )
        for metric in Metric
        if (said := policy.promise(metric, ticket.priority)) is not None
    }


async def calendars_of(
    connection: Connection, workspace: str, rows: Iterable[asyncpg.Record]
) -> dict[tuple[str, int], Calendar]:
    """The calendars of stored targets, in the versions by which they were computed."""
    wanted = sorted({named(row) for row in rows})
    found = {ALWAYS: ROUND_THE_CLOCK}
    if any(slug for slug, _ in wanted):
        kept = await calendars.versions(connection, workspace, wanted)
        found |= {name: hours_of.counting(definition) for name, definition in kept.items()}
    return found


async def written(
    connection: Connection,
    ticket: Ticket,
    workspace: str,
    rows: Mapping[Key, asyncpg.Record],
    found: list[Target],
) -> None:
    """Those that are other than before. What is no longer promised is cleared, and stays as it was."""
    other = [
        each
        for each in found
        if each.key not in rows or store.values(each) != tuple(rows[each.key][name] for name in store.COLUMNS)
    ]
    if other:
        await store.write(connection, workspace, ticket.number, other)
    merged, there = ticket.state is State.MERGED, {each.key for each in found}
    gone = [
        key
        for key, row in rows.items()
        if key not in there
        and row["standing"] != Standing.CLEARED
        # What stopped before a merge was kept or not, as it was.
        and not (merged and row["stop_time"])
    ]
    if gone:
        await store.clear(connection, workspace, ticket.number, gone)


async def keep_watch(connection: Connection, workspace: str, ticket: Ticket, found: Iterable[Target]) -> None:
    """Somebody looks at it as soon as one of them is too late: not at the instant itself, but after."""
    running = [each.due for each in found if each.standing is Standing.RUNNING and each.due]
    if running:
        at = min(running) + timedelta(microseconds=1)
        await due.put(connection, workspace, store.BREACH, ticket.id, at)
    else:
        await due.drop(connection, workspace, store.BREACH, [ticket.id])


def named(row: asyncpg.Record) -> tuple[str, int]:
    """The calendar of a stored target, with its version."""
    return row["calendar"], row["calendar_version"]


BEFORE_ALL: policies.Place = (-(1 << 31), datetime.fromisoformat("0001-01-01T00:00:00Z"), "")
MOST_POLICIES = 200
ENDED = frozenset({Standing.MET, Standing.BREACHED})
ALWAYS = ("", 0)
BREACHES = UUID("8f1d5a52-2f0e-5d4b-9a53-6c1f6c6f7a10")
