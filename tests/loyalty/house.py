"""The loyalty service as it runs, on a database and a bus of the tests; these tell what profile would."""

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import grpc
import nats
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from nats.aio.subscription import Subscription
from rapport.gateway.v1 import events_pb2 as gateway
from rapport.gateway.v1 import gateway_pb2
from rapport.loyalty.v1 import events_pb2 as events
from rapport.loyalty.v1 import ledger_pb2 as ledger
from rapport.loyalty.v1 import loyalty_pb2 as pb
from rapport.loyalty.v1 import loyalty_pb2_grpc as stubs
from rapport.loyalty.v1 import programme_pb2 as programmes
from rapport.profile.v1 import events_pb2 as profile_events
from rapport.profile.v1 import profile_pb2 as profiles

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.ids import uuid7
from services.loyalty import app
from services.loyalty.settings import Settings
from services.loyalty.store import statement
from tests.eventually import eventually
from tests.profile.house import Hands, Refused, refused

SECRET = "a secret of the house"
NUMBERS = itertools.count(1)


@dataclass(slots=True)
class House:
    """A running loyalty service, and who listens to it."""

    app: app.App
    clock: Hands
    loyalty: stubs.LoyaltyServiceStub
    connection: "asyncpg.Connection[asyncpg.Record]"
    listener: Subscription
    told: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    async def listen(self) -> None:
        """Until everything that was promised is told, and heard."""
        await eventually(0, lambda: self.connection.fetchval("SELECT count(*) FROM outbox"), seconds=20)
        await self.listener._conn.flush()
        while self.listener.pending_msgs:
            msg = await self.listener.next_msg()
            name, _, workspace = msg.subject.rpartition(".")
            fact = getattr(events, name.removeprefix("rapport.loyalty.v1."))
            self.told[workspace].append(fact.FromString(msg.data))


@dataclass(slots=True)
class Shop:
    """One workspace of a house: what is told of its customers, and what its till asks."""

    house: House
    workspace: str = field(default_factory=lambda: f"shop-{next(NUMBERS)}")
    revisions: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def now(self) -> datetime:
        return self.house.clock.now

    async def tell(self, *facts: Message, id: str = "") -> None:
        """Publishes facts as the profile service does, and waits until they are taken to heart."""
        for fact in facts:
            event_id = id or str(uuid7())
            subject = f"{fact.DESCRIPTOR.full_name}.{self.workspace}"
            await self.house.app.bus.publish(subject, fact.SerializeToString(), {"ce-id": event_id})
            query = "SELECT EXISTS (SELECT FROM inbox WHERE event_id = $1)"
            await eventually(True, partial(self.house.connection.fetchval, query, event_id))

    async def update_settings(self, **told: str) -> None:
        workspace = gateway_pb2.Workspace(name=f"workspaces/{self.workspace}", **told)
        await self.tell(gateway.WorkspaceUpdated(workspace=workspace, revision=next(self.revisions)))

    async def ask(self, request: Message) -> Any:
        method = getattr(self.house.loyalty, request.DESCRIPTOR.name.removesuffix("Request"))
        caller = Caller(self.workspace, "keys/till", frozenset(), f"request-{next(NUMBERS)}")
        return await method(request, metadata=metadata(caller, SECRET, self.house.clock()))

    async def answer(self, request: Message) -> Any:
        """The reply, or how it was refused."""
        try:
            return await self.ask(request)
        except grpc.aio.AioRpcError as no:
            return refused(no)

    async def refusal(self, request: Message) -> Refused:
        answer = await self.answer(request)
        assert isinstance(answer, Refused), answer
        return answer

    async def pages(self, request: Message, items: str) -> list[list[Any]]:
        """Every page of a list."""
        found = []
        while True:
            reply = await self.ask(request)
            found.append(list(getattr(reply, items)))
            if not reply.next_page_token:
                return found
            request.page_token = reply.next_page_token

    async def facts(self, type: type[Message]) -> list[Any]:
        """What was told in this workspace, once everything promised is told."""
        await self.house.listen()
        return [fact for fact in self.house.told[self.workspace] if isinstance(fact, type)]

    async def rows(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        async with self.house.connection.transaction():
            await self.open()
            return await self.house.connection.fetch(sql, *arguments)

    async def open(self) -> None:
        await self.house.connection.execute(
            f"SELECT set_config('rapport.workspaces', '{self.workspace}', true)"
        )

    async def books_agree(self) -> None:
        """Every balance and lot is the fold of its postings, and every entry sums to zero."""
        async with self.house.connection.transaction():
            await self.open()
            assert [] == await statement.disagreements(self.house.connection, self.workspace, 10)

    # What a shop sets up.

    async def programme(self, **terms: Any) -> programmes.Programme:
        said = programmes.Programme(name=PROGRAMME, **terms)
        return await self.ask(pb.CreateProgrammeRequest(programme=said))

    async def rule(self, slug: str = "orders", **said: Any) -> programmes.EarnRule:
        """A point for each whole unit, where nothing else is said."""
        if "event" not in said:
            said.setdefault("order", programmes.OrderEarning(points_per_unit="1"))
        rule = programmes.EarnRule(name=f"{PROGRAMME}/earn_rules/{slug}", **said)
        return await self.ask(pb.CreateEarnRuleRequest(parent=PROGRAMME, earn_rule=rule))

    async def tier(self, slug: str, threshold: int, **said: Any) -> programmes.Tier:
        tier = programmes.Tier(name=f"{PROGRAMME}/tiers/{slug}", threshold=threshold, **said)
        return await self.ask(pb.CreateTierRequest(parent=PROGRAMME, tier=tier))

    async def enrol(self, id: UUID | None = None) -> str:
        """The account's name."""
        account = ledger.Account(profile=f"profiles/{id or uuid4()}")
        return (await self.ask(pb.CreateAccountRequest(parent=PROGRAMME, account=account))).name

    async def member(self, points: int = 0, **more: Any) -> str:
        """Somebody who is enrolled, with points to spend."""
        account = await self.enrol()
        if points:
            await self.earn(account, points, **more)
        return account

    async def earn(self, account: str, points: int, **more: Any) -> ledger.Entry:
        more.setdefault("reference", f"visit-{next(NUMBERS)}")
        return await self.ask(pb.EarnPointsRequest(name=account, points=points, **more))

    async def reserve(self, account: str, points: int, **more: Any) -> ledger.Reservation:
        reservation = ledger.Reservation(points=points, **more)
        return await self.ask(pb.CreateReservationRequest(parent=account, reservation=reservation))

    async def spend(self, account: str, points: int, order: str = "") -> ledger.Reservation:
        made = await self.reserve(account, points)
        return await self.ask(pb.ConfirmReservationRequest(name=made.name, order=order))

    async def account(self, name: str, at: datetime | None = None) -> ledger.Account:
        as_of = stamp(at) if at else None
        return await self.ask(pb.GetAccountRequest(name=name, as_of_time=as_of))

    async def holds(self, name: str, at: datetime | None = None) -> tuple[int, int, int, int]:
        """Active, pending, reserved and owed points of the first currency."""
        return held((await self.account(name, at)).balances[0])

    async def entries(self, account: str, **more: Any) -> list[ledger.Entry]:
        return list((await self.ask(pb.ListEntriesRequest(parent=account, page_size=1000, **more))).entries)

    async def lots(self, account: str, **more: Any) -> list[ledger.Lot]:
        return list((await self.ask(pb.ListLotsRequest(parent=account, **more))).lots)

    # What its customers do.

    def order(self, of: str, total: str, **more: Any) -> profiles.Order:
        """An order of an account's member, as the profile service tells it: now, and of two lines."""
        more.setdefault("name", f"orders/{next(NUMBERS)}")
        more.setdefault("order_time", stamp(self.now))
        more.setdefault("lines", [line("shirt", total)])
        return profiles.Order(
            profile=f"profiles/{of.rpartition('/')[2]}",
            state=more.pop("state", profiles.PLACED),
            total=money(total),
            update_time=stamp(self.now),
            revision=next(self.revisions),
            **more,
        )

    async def buy(self, of: str, total: str, *, historical: bool = False, **more: Any) -> profiles.Order:
        order = self.order(of, total, **more)
        await self.tell(profile_events.OrderPlaced(order=order, historical=historical))
        return order

    def returned(self, order: profiles.Order, *refunds: profiles.Refund) -> profiles.Order:
        """The order after these refunds, besides those it had."""
        after = profiles.Order()
        after.CopyFrom(order)
        after.refunds.extend(refunds)
        after.revision = next(self.revisions)
        after.update_time.CopyFrom(stamp(self.now))
        after.state = profiles.PARTIALLY_REFUNDED
        if sum(amount(each.amount) for each in after.refunds) >= amount(after.total):
            after.state = profiles.REFUNDED
        return after

    async def refund(
        self, order: profiles.Order, total: str, lines: Sequence[profiles.OrderLine] = ()
    ) -> profiles.Order:
        refund = profiles.Refund(
            refund_id=f"refund-{next(NUMBERS)}",
            amount=money(total),
            lines=lines,
            refund_time=stamp(self.now),
        )
        after = self.returned(order, refund)
        await self.tell(profile_events.OrderRefunded(order=after, refund=refund, effective=refund.amount))
        return after

    async def cancel(self, order: profiles.Order) -> profiles.Order:
        after = self.returned(order)
        after.state = profiles.CANCELLED
        await self.tell(profile_events.OrderUpdated(order=after))
        return after

    async def merge(self, survivor: str, absorbed: str) -> None:
        names = [f"profiles/{name.rpartition('/')[2]}" for name in (survivor, absorbed)]
        await self.tell(profile_events.ProfileMerged(survivor=names[0], absorbed=names[1]))

    async def forward(self, **by: float) -> None:
        """Time passes, and the timers have seen it."""
        self.house.clock.forward(**by)
        now_us = round(self.now.timestamp() * 1_000_000)
        query = "SELECT count(*) FROM due WHERE due_us <= $1"
        await eventually(0, lambda: self.house.connection.fetchval(query, now_us))


def held(balance: ledger.Balance) -> tuple[int, int, int, int]:
    return (
        balance.active_points,
        balance.pending_points,
        balance.reserved_points,
        balance.debt_points,
    )


def line(product: str, price: str, quantity: int = 1, **more: Any) -> profiles.OrderLine:
    return profiles.OrderLine(product_id=product, price=money(price), quantity=quantity, **more)


def money(text: str, currency: str = "EUR") -> Money:
    nanos = int(Decimal(text) * 1_000_000_000)
    return Money(currency_code=currency, units=nanos // 1_000_000_000, nanos=nanos % 1_000_000_000)


def amount(sum: Money) -> Decimal:
    return sum.units + Decimal(sum.nanos) / 1_000_000_000


def stamp(moment: datetime, **later: float) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment + timedelta(**later))
    return found


@asynccontextmanager
async def running_house(database_url: str, nats_url: str, clock: Hands) -> AsyncIterator[House]:
    settings = Settings(
        database_url=database_url,
        nats_url=nats_url,
        caller_secret=SECRET,
        listen="127.0.0.1:0",
        grace_seconds=0,
    )
    ears = await nats.connect(nats_url)
    connection = await asyncpg.connect(database_url)
    listener = await ears.subscribe("rapport.loyalty.v1.>")
    await ears.flush()
    try:
        async with (
            app.loyalty_app(settings, frozenset(("serve", "worker")), clock) as running,
            channel(running.address) as to,
        ):
            yield House(running, clock, stubs.LoyaltyServiceStub(to), connection, listener)
            assert not running.failed.done(), running.failed.result()
    finally:
        await connection.close()
        await ears.close()


PROGRAMME = "programmes/club"
__all__ = ["House", "Refused", "Shop", "running_house"]
