"""What is computed step by step, in every transaction, is what one would compute from scratch at the end."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from rapport.support.v1 import desk_pb2 as d
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from services.support.convert import calendars as convert
from services.support.domain.clocks import History, Metric, Moved, Spoken
from services.support.domain.targets import Terms, targets
from services.support.domain.tickets import Author, State
from tests.support.house import AGENT, CUSTOMER, Refused, Shop
from tests.support.sla import desk
from tests.thorough import examples

BOT = t.Message.BOT
MINUTES = {Metric.FIRST_RESPONSE: 45, Metric.NEXT_RESPONSE: 30, Metric.RESOLUTION: 600}
HOURS = ", ".join(f"{day} 09:00-12:30, {day} 13:00-17:00" for day in desk.DAYS[1:])
SAYING = st.tuples(st.just("say"), st.sampled_from([AGENT, CUSTOMER, CUSTOMER, BOT]), st.integers(0, 90))
NOTE = st.tuples(st.just("note"), st.just(AGENT), st.just(0))
VERB = st.tuples(
    st.sampled_from(["wait", "hold", "resolve", "reopen", "tag", "look"]), st.just(0), st.just(0)
)
STEP = st.tuples(st.one_of(SAYING, SAYING, NOTE, VERB), st.integers(0, 120))


@given(st.lists(STEP, max_size=14))
@settings(max_examples=examples(40), deadline=None)
async def test_step_by_step_is_the_same_as_from_scratch(house, steps):
    shop = Shop(house)
    office = await desk.calendar(shop, open_hours=HOURS, time_zone="Europe/Berlin")
    promises = [desk.promise(metric, minutes) for metric, minutes in MINUTES.items()]
    await desk.policy(shop, "gold", *promises, calendar=office.name)
    opened = await desk.create(shop)
    for (verb, author, late), later in steps:
        house.clock.forward(minutes=later)
        await take(shop, opened.name, verb, author, late)
    house.clock.forward(minutes=1)
    await desk.looked(shop)

    expected = await scratch(shop, office)
    found = await desk.targets(shop, opened.name)
    assert expected == {
        name: (each.state, desk.when(each.start_time), due(each), stop(each)) for name, each in found.items()
    }
    running = [
        each for _, each in expected.items() if each[0] in {desk.RUNNING, desk.BREACHED} and each[3] is None
    ]
    ticket = await shop.ticket(opened.name)
    pending = running if ticket.state != t.Ticket.RESOLVED else []
    assert min((each[2] for each in pending), default=None) == due(ticket)


async def take(shop: Shop, ticket: str, verb: str, author: int, late: int) -> None:
    """What the ticket's state forbids is refused, and changes nothing."""
    at = desk.stamp(shop.house.clock() - timedelta(minutes=late))
    said = {
        "say": pb.CreateMessageRequest(
            parent=ticket, message=t.Message(author=author, text="Well", event_time=at)
        ),
        "note": pb.CreateMessageRequest(
            parent=ticket, message=t.Message(author=AGENT, text="Hm", internal=True)
        ),
        "wait": pb.HoldTicketRequest(name=ticket, state=t.Ticket.WAITING),
        "hold": pb.HoldTicketRequest(name=ticket, state=t.Ticket.ON_HOLD),
        "resolve": pb.ResolveTicketRequest(name=ticket),
        "reopen": pb.ReopenTicketRequest(name=ticket),
        "tag": pb.UpdateTicketRequest(ticket=t.Ticket(name=ticket, tags=[f"at-{late}"])),
    }
    if verb == "look":
        await desk.looked(shop)
        return
    answer = await shop.answer(said[verb])
    assert not isinstance(answer, Refused) or answer.reason == "TICKET_STATE_FORBIDS", answer


async def scratch(shop: Shop, office: d.Calendar) -> dict[str, tuple]:
    """From what stands in the tables of messages and states, and nothing else."""
    hours = convert.counting(convert.definition(office.time_zone, office.open_hours, office.holidays))
    spoken = await shop.rows(MESSAGES, shop.workspace)
    states = await shop.rows(STATES, shop.workspace)
    (ticket,) = await shop.rows("SELECT * FROM ticket WHERE workspace = $1", shop.workspace)
    history = History(
        ticket["event_time"],
        [Spoken(r["event_time"], Author(r["author"]), r["public"], r["automatic"]) for r in spoken],
        [Moved(row["event_time"], State(row["state"])) for row in states],
    )
    terms = {
        metric: Terms(timedelta(minutes=minutes), hours, "gold", 1) for metric, minutes in MINUTES.items()
    }
    return {
        f"{each.metric.name.lower()}-{each.cycle}": (each.standing, each.start, each.due, each.stop)
        for each in targets(history, terms, shop.house.clock())
    }


def due(target: t.Target | t.Ticket):
    return desk.when(target.due_time) if target.HasField("due_time") else None


def stop(target: t.Target):
    return desk.when(target.stop_time) if target.HasField("stop_time") else None


MESSAGES = "SELECT * FROM message WHERE workspace = $1 ORDER BY event_time, position"
STATES = "SELECT * FROM ticket_state WHERE workspace = $1 ORDER BY position"
