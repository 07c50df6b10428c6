"""How customers stand with support, in whatever order it is told."""

import itertools

from rapport.support.v1 import events_pb2 as support

from services.campaign.engine import desk
from services.campaign.store import people
from tests.campaign.engine.world import at, created, merged, name

HANDLERS = {on.event: on.handle for on in desk.SUBSCRIPTIONS}


def fact(kind, key, time, ticket=1, **more):
    said = kind(profile=name(key), ticket=f"tickets/{ticket}", **more)
    said.event_time.FromMicroseconds(at(time))
    return said


async def tell(shop, *facts):
    for each in facts:
        async with shop.db.begin("shop") as tx:
            await HANDLERS[type(each)](tx, each)


async def stands(shop, key):
    async with shop.within() as connection:
        found = (await people.desk(connection, "shop", [key])).get(key, people.Desk())
    return found.open_tickets, found.last_contact and (found.last_contact - shop.now).total_seconds()


async def test_in_any_order_the_last_word_holds(shop):
    told = [
        fact(support.TicketOpened, 1, 1, by_customer=True),
        fact(support.TicketResolved, 1, 2),
        fact(support.TicketReopened, 1, 3),
        fact(support.CustomerReplied, 1, 4),
    ]
    await shop.take(*(created(key) for key in range(1, 26)))
    for key, order in enumerate(itertools.permutations(told), 2):
        for each in order:
            each.profile, each.ticket = name(key), f"tickets/{key}"
        await tell(shop, *order)
        assert ((f"tickets/{key}",), 4) == await stands(shop, key)


async def test_a_resolved_ticket_leaves_the_hour_of_the_last_contact(shop):
    await shop.take(created(1))
    resolved = fact(support.TicketResolved, 1, 50)
    resolved.last_contact_time.FromMicroseconds(at(40))
    await tell(shop, fact(support.TicketOpened, 1, 1), fact(support.TicketReplied, 1, 30), resolved)
    assert ((), 40) == await stands(shop, 1)


async def test_an_absorbed_ticket_counts_no_more_whatever_is_still_told_of_it(shop):
    await shop.take(created(1))
    joined = support.TicketMerged(profile=name(1), survivor="tickets/1", absorbed="tickets/2")
    await tell(shop, fact(support.TicketOpened, 1, 1), joined, fact(support.TicketOpened, 1, 2, ticket=2))
    assert (("tickets/1",), None) == await stands(shop, 1)


async def test_tickets_of_the_absorbed_customer_are_the_survivors(shop):
    await shop.take(created(1), created(2))
    await tell(
        shop,
        fact(support.TicketOpened, 1, 1, ticket=1),
        fact(support.TicketOpened, 2, 2, ticket=2, by_customer=True),
    )
    await shop.take(merged(1, 2))
    assert (("tickets/1", "tickets/2"), 2) == await stands(shop, 1)


async def test_a_ticket_of_somebody_unknown_waits_for_her(shop):
    await tell(shop, fact(support.TicketOpened, 1, 1))
    assert ((), None) == await stands(shop, 1)
    await shop.take(created(1))
    assert (("tickets/1",), None) == await stands(shop, 1)
