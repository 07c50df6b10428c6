"""What the support service does when the house speaks: it learns who its customers are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rapport.gateway.v1 import events_pb2 as gateway
from rapport.profile.v1 import events_pb2 as profile

from chassis.bus import On
from chassis.db import Tx
from chassis.workspaces import Workspace, keep
from services.support.actions import changed
from services.support.actions.change import SERVICE, Case, identified
from services.support.domain.addresses import plain
from services.support.store import people, tickets


async def keep_settings(tx: Tx, event: gateway.WorkspaceUpdated) -> None:
    told = event.workspace
    kept = Workspace(told.time_zone, told.currency_code, told.region_code)
    await keep(await tx.raw(), tx.workspace, event.revision, kept)


async def meet(tx: Tx, event: profile.ProfileCreated) -> None:
    await people.meet(await tx.raw(), tx.workspace, uuid_of(event.profile))


async def learn_addresses(tx: Tx, event: profile.ProfileUpdated) -> None:
    """Whose an address is. Tickets of senders nobody knew get their customer, and are told of."""
    connection = await tx.raw()
    await tickets.alone(connection, tx.workspace)
    for told in sorted(event.profiles, key=lambda each: each.profile):
        addresses = [plain(each.value) for each in told.identifiers if each.kind == "email"]
        known = [address for address in addresses if address]
        if await people.update(connection, tx.workspace, uuid_of(told.profile), told.revision, known):
            await join_to_people(tx, known)


async def follow_survivor(tx: Tx, event: profile.ProfileMerged) -> None:
    """One person: her tickets, and whatever still arrives for the absorbed name, are the survivor's."""
    connection = await tx.raw()
    await tickets.alone(connection, tx.workspace)
    absorbed = uuid_of(event.absorbed)
    before = await people.living(connection, tx.workspace, absorbed) or absorbed
    root = await people.merge(connection, tx.workspace, uuid_of(event.survivor), absorbed)
    if root is None:
        return
    for ticket in await people.tickets(connection, tx.workspace, before):
        case = Case(tx, ticket, SERVICE, tx.clock(), ticket.state)
        case.log("profile", f"profiles/{ticket.profile}", f"profiles/{root}")
        ticket.profile = root
        await changed(tx, case)


async def join_to_people(tx: Tx, addresses: Sequence[str]) -> None:
    connection = await tx.raw()
    for ticket in await people.nobodys(connection, tx.workspace, addresses):
        whose = await people.of_address(connection, tx.workspace, ticket.address)
        assert whose is not None, "the address was learnt in this transaction"
        case = Case(tx, ticket, SERVICE, tx.clock(), ticket.state)
        await identified(case, whose)
        await changed(tx, case)


def uuid_of(name: str) -> UUID:
    return UUID(name.removeprefix("profiles/"))


SUBSCRIPTIONS: tuple[On[Any], ...] = (
    On(gateway.WorkspaceUpdated, keep_settings),
    On(profile.ProfileCreated, meet),
    On(profile.ProfileUpdated, learn_addresses),
    On(profile.ProfileMerged, follow_survivor),
)
