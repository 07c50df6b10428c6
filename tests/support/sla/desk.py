"""What tests of promises ask of a shop: calendars, policies, targets."""

from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from rapport.support.v1 import desk_pb2 as d
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from tests.eventually import eventually
from tests.support import test_tickets
from tests.support.house import Shop

FIRST, NEXT, RESOLUTION = t.Target.FIRST_RESPONSE, t.Target.NEXT_RESPONSE, t.Target.RESOLUTION
RUNNING, PAUSED, MET, BREACHED, CLEARED = (
    t.Target.RUNNING,
    t.Target.PAUSED,
    t.Target.MET,
    t.Target.BREACHED,
    t.Target.CLEARED,
)


def hours(text: str) -> list[d.OpenHours]:
    """`mon 09:00-17:00, tue …` as messages; without a day for a holiday."""
    made = []
    for part in filter(None, text.split(", ")):
        day, _, span = part.rpartition(" ")
        opens, closes = span.split("-")
        made.append(d.OpenHours(weekday=DAYS.index(day) if day else 0, opens=opens, closes=closes))
    return made


DAYS = ("", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE = ", ".join(f"{day} 09:00-17:00" for day in DAYS[1:6])


async def calendar(shop: Shop, slug: str = "office", open_hours: str = OFFICE, **more: Any) -> d.Calendar:
    said = d.Calendar(name=f"calendars/{slug}", open_hours=hours(open_hours), **more)
    return await shop.ask(pb.CreateCalendarRequest(calendar=said))


def promise(metric: int, minutes: float, priority: int = 0, **more: Any) -> d.Policy.Promise:
    length = Duration()
    length.FromTimedelta(timedelta(minutes=minutes))
    return d.Policy.Promise(metric=metric, duration=length, priority=priority, **more)


async def policy(shop: Shop, slug: str = "gold", *promises: d.Policy.Promise, **more: Any) -> d.Policy:
    given = promises or (promise(FIRST, 60), promise(NEXT, 60), promise(RESOLUTION, 240))
    said = d.Policy(name=f"policies/{slug}", targets=given, **more)
    made = await shop.ask(pb.CreatePolicyRequest(policy=said))
    await planned(shop)
    return made


async def planned(shop: Shop) -> None:
    """Until every open ticket was planned anew."""
    sql = "SELECT count(*) FROM due WHERE kind = 'replan' AND workspace = $1"
    await eventually(0, lambda: shop.house.connection.fetchval(sql, shop.workspace))


async def looked(shop: Shop) -> None:
    """Until nothing that was due is left to be looked at."""
    sql = "SELECT count(*) FROM due WHERE kind = 'breach' AND workspace = $1 AND due_time <= $2"
    await eventually(0, lambda: shop.house.connection.fetchval(sql, shop.workspace, shop.house.clock()))


async def targets(shop: Shop, ticket: str) -> dict[str, t.Target]:
    found = (await shop.ask(pb.ListTargetsRequest(parent=ticket))).targets
    return {each.name.rpartition("/")[2]: each for each in found}


async def explained(shop: Shop, ticket: str, target: str) -> t.TargetExplanation:
    return await shop.ask(pb.ExplainTargetRequest(name=f"{ticket}/targets/{target}"))


async def create(shop: Shop, **more: Any) -> t.Ticket:
    """By chat: no answer has to go out by mail."""
    return await test_tickets.create(shop, **{"channel": t.CHAT, **more})


def stamp(at: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(at.replace(tzinfo=None))
    return made


def when(said: Timestamp) -> datetime:
    return said.ToDatetime(UTC)
