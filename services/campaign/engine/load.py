"""Brings customers into a work: their runs, what was heard of them, and how often they came in."""

import json
from collections.abc import Iterable

import asyncpg

from conditions.events import Event
from services.campaign.domain.machine import SendOutcome, Sent
from services.campaign.engine.catalogue import know_versions
from services.campaign.engine.work import Customer, Work
from services.campaign.store import heard, people, runs, sends
from services.campaign.store.runs import About, Before


async def hold(work: Work, keys: Iterable[int]) -> None:
    """Locks whoever lives under these numbers. Comes first, and once: rows are locked in one order."""
    work.aliases |= await people.hold(work.connection, work.workspace, keys)


async def load(work: Work, keys: Iterable[int], abouts: Iterable[About] = ()) -> None:
    """After this, whoever is known under these numbers is there whole. They are locked already.

    *abouts* are what they may be taken in for, by any number of theirs.
    """
    wanted = sorted({work.living(key) for key in keys} - work.customers.keys())
    if not wanted:
        return
    at = work.connection, work.workspace
    contacts = await people.contacts(*at, wanted)
    found = {key: Customer(contact) for key, contact in contacts.items()}
    for run in await runs.active(*at, wanted):
        found[run.profile_key].runs.append(run)
    for key, rows in (await heard.of(*at, wanted, MOST_HEARD)).items():
        found[key].heard = list(map(event_of, rows))
    former = await runs.before(*at, {About(work.living(key), *about) for key, *about in abouts})
    for about, before in former.items():
        if about.profile_key in found:
            found[about.profile_key].before[about.journey, about.entry] = before
    work.customers |= found
    await know_versions(
        work.catalogue, *at, {(run.journey, run.version) for one in found.values() for run in one.runs}
    )
    await know_outcomes(work, found.values())


async def know_outcomes(work: Work, customers: Iterable[Customer]) -> None:
    """What became of the sends that their runs wait for."""
    awaited = sorted({id for one in customers for run in one.runs if (id := run.state.awaits_send)})
    for row in await sends.states(work.connection, work.workspace, awaited) if awaited else []:
        if (came_to := CAME_TO.get(row["state"])) is not None:
            work.outcomes[row["id"]] = SendOutcome(row["id"], came_to, row["since_us"])


def event_of(row: asyncpg.Record) -> Event:
    return Event(row["id"], row["time_us"], row["type"], row["name"], json.loads(row["document"]))


def joined(one: dict[tuple[str, str], Before], other: dict[tuple[str, str], Before]) -> None:
    """How often either came in is how often she did."""
    for about, before in other.items():
        one[about] = one.get(about, Before()).joined(before)


# States of a send, as the proto numbers them, in which a run goes on; in the others it waits.
CAME_TO = {
    2: Sent.HANDED_OVER,
    3: Sent.HANDED_OVER,
    4: Sent.FAILED,
    5: Sent.UNKNOWN,
    7: Sent.HELD_BACK,
    8: Sent.HELD_OUT,
}
MOST_HEARD = 1000
