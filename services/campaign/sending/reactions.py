"""What became of messages: who opened them, who followed which link, and that it is told once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Database, Tx
from services.campaign.convert import links as convert
from services.campaign.domain import origin
from services.campaign.domain.origin import AT_ONCE_US, Origin, Visit
from services.campaign.store import links, reactions
from services.campaign.store.reactions import Click, Reaction

# A row of `store.links.message`.
Message = Any


async def note_open(tx: Tx, message: Message, visit: Visit) -> None:
    """Kept and told once for each origin."""
    said, time_us = origin.of_open(visit), micros(visit.now)
    opened = Reaction(message["id"], "opened", time_us, said)
    if await reactions.record(await tx.raw(), tx.workspace, [opened]):
        tx.emit(convert.opened(message, said, time_us))


async def note_click(tx: Tx, message: Message, number: int, url: str, visit: Visit) -> None:
    """A machine is known at once; anybody else for sure only when no other link was followed meanwhile."""
    said, time_us = origin.of_click(visit), micros(visit.now)
    click = Click(message["id"], number, said, time_us)
    if said is Origin.MACHINE:
        await tell_click(tx, message, click, said, url)
    else:
        await reactions.await_company(await tx.raw(), tx.workspace, click, time_us + AT_ONCE_US)


async def settle_clicks(db: Database, now: datetime) -> None:
    """Tells of the clicks that had time enough to be seen in company. For a timer, every second or less."""
    while await settle_some(db, micros(now)):
        pass


async def settle_some(db: Database, now_us: int) -> bool:
    """Those of one workspace; whether there were any."""
    async with db.begin(()) as tx:
        workspace = await reactions.due(await tx.raw(), now_us)
    if workspace is None:
        return False
    async with db.begin(workspace) as tx:
        connection = await tx.raw()
        taken, others = await reactions.take_due(connection, workspace, now_us, AT_ONCE)
        messages: dict[UUID, Message] = {}
        for click in sorted(taken):
            if click.send not in messages:
                messages[click.send] = await links.message(connection, workspace, click.send)
            url = await links.url(connection, workspace, click.send, click.link)
            beside = [each for each in (*taken, *others) if each.send == click.send]
            said = Origin.MACHINE if origin.in_company(click, beside) else Origin(click.origin)
            if messages[click.send] and url:
                await tell_click(tx, messages[click.send], click, said, url)
    return bool(taken)


async def tell_click(tx: Tx, message: Message, click: Click, said: Origin, url: str) -> None:
    """Kept and told once for each link and origin."""
    clicked = Reaction(click.send, "clicked", click.time_us, said, click.link)
    if await reactions.record(await tx.raw(), tx.workspace, [clicked]):
        tx.emit(convert.clicked(message, said, url, click.time_us))


def micros(now: datetime) -> int:
    return round(now.timestamp() * 1_000_000)


AT_ONCE = 200
