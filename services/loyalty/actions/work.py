"""One transaction's work on members: read and locked, brought up to now, changed, written and told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from google.protobuf.message import Message

from chassis.clock import Clock
from chassis.db import Outbox, Tx, promise
from chassis.hottx import PROMISE, PROMISED, Connection, columns
from chassis.tracing import inject
from chassis.workspaces import Workspaces
from services.loyalty.actions.catalog import Catalog, Catalogs
from services.loyalty.convert import facts
from services.loyalty.convert import orders as messages
from services.loyalty.domain.ledger import State
from services.loyalty.domain.member import Member
from services.loyalty.domain.moves import catch_up
from services.loyalty.domain.terms import Terms
from services.loyalty.domain.tiers import Kind, Merit, Reason, measured, refunded, reviewed, risen
from services.loyalty.store import definitions, members, orders


@dataclass(frozen=True, slots=True)
class Desk:
    """What every door works with."""

    workspaces: Workspaces
    catalogs: Catalogs
    clock: Clock

    async def begin(self, tx: Tx, *, together: bool = False) -> "Work":
        """With *together*, what is promised is written as one statement."""
        now = round(self.clock().timestamp() * 1_000_000)
        return Work(self, tx, await tx.raw(), now, [] if together else None)


@dataclass(frozen=True, slots=True)
class Work:
    desk: Desk
    tx: Tx
    connection: Connection
    now: int
    promises: list[Outbox] | None = None

    @property
    def workspace(self) -> str:
        return self.tx.workspace

    async def catalog(self, programme: str, stamp: int = -1) -> Catalog:
        """What the programme says; without a stamp, as it is at this moment."""
        settings = self.desk.workspaces.of(self.workspace)
        return await self.desk.catalogs.of(self.connection, self.workspace, settings, programme, stamp)

    async def account(self, programme: str, profile: UUID) -> Member | None:
        """The member, alone with us, and as she is now; None when nobody is enrolled."""
        found = await members.held_account(self.connection, self.workspace, programme, profile)
        if found:
            await self.bring_up(found)
        return found

    async def members(self, ids: Iterable[int], *, passing: bool = False) -> list[Member]:
        """The same for several."""
        found = await members.held(self.connection, self.workspace, ids, passing=passing)
        for each in found:
            await self.bring_up(each)
        return found

    async def bring_up(self, member: Member) -> None:
        """Everything whose time has come happens, each at its own instant."""
        catalog = await self.catalog(member.programme, member.stamp)
        member.account.first_in_first_out = catalog.terms.first_in_first_out
        if member.moved_to is None:
            catch_up(member.account, self.now)
            await self.review(member, catalog.terms)

    async def review(self, member: Member, terms: Terms) -> None:
        """Tiers that were due are judged by what was so then."""
        merits: list[Merit] | None = None
        while (due := member.held.review_us) is not None and due <= self.now:
            merits = await self.merits(member, terms) if merits is None else merits
            metric = standing(member, terms, merits, due)
            reason = Reason.GRANT_ENDED if member.held.granted else Reason.REVIEWED
            member.change_tier(
                reviewed(member.held, terms.tiers, metric, due, terms.zone), due, reason, metric
            )

    async def rise(self, member: Member, reason: Reason, *, refund: bool = False) -> None:
        """Up at once where the metric reaches it, and where so configured down after a refund."""
        terms = (await self.catalog(member.programme, member.stamp)).terms
        if not terms.tiers or terms.metric is None:
            return
        metric = standing(member, terms, await self.merits(member, terms), self.now)
        higher = risen(member.held, terms.tiers, metric, self.now, terms.zone)
        if higher != member.held:
            member.change_tier(higher, self.now, reason, metric)
        elif refund:
            lower = refunded(member.held, terms.tiers, metric, self.now, terms.zone)
            if lower != member.held:
                member.change_tier(lower, self.now, Reason.REFUNDED, metric)

    async def merits(self, member: Member, terms: Terms) -> list[Merit]:
        """What counts for her tier."""
        if terms.metric is None:
            return []
        if terms.metric.kind is Kind.POINTS_EARNED:
            currency = terms.metric.currency or terms.currencies[0]
            rows = await orders.merits(self.connection, self.workspace, member.id, currency)
            return [messages.earned_merit(row) for row in rows]
        money = self.desk.workspaces.of(self.workspace).currency_code
        rows = await orders.of_profile(self.connection, self.workspace, member.profile)
        return [messages.merit(row, money) for row in rows if row["placed"]]

    async def save(self, *changed: Member) -> None:
        """Writes what became of these members, and tells it."""
        for member in changed:
            await self.tell(member)
            for change in member.changes:
                if change.former.tier != change.now.tier:
                    terms = (await self.catalog(member.programme, member.stamp)).terms
                    self.emit(facts.tier_changed(member, change, terms))
            await self.restock(member)
        await members.write(self.connection, self.workspace, changed, self.now)
        if self.promises:
            await self.connection.execute(PROMISE, *columns(self.promises, PROMISED))
            self.promises.clear()
            self.tx.promised = True

    async def tell(self, member: Member) -> None:
        """What happened to her since the last telling."""
        for entry in member.account.entries[member.account.told :]:
            if fact := facts.fact(member, entry):
                self.emit(fact)
        member.account.told = len(member.account.entries)

    def emit(self, fact: Message) -> None:
        if self.promises is None:
            self.tx.emit(fact)
            return
        headers = {"ce-cause": self.tx.cause} if self.tx.cause else {}
        self.promises.append(promise(fact, self.workspace, self.desk.clock(), inject(headers)))

    async def restock(self, member: Member) -> None:
        """What was not taken after all can be had again."""
        rewards = [
            each.reward
            for each in member.account.changed_reservations.values()
            if each.reward and each.state in {State.RELEASED, State.TIMED_OUT}
        ]
        slugs = [each.rpartition("/")[2] for each in rewards]
        if slugs:
            await definitions.restock(self.connection, self.workspace, member.programme, slugs, 1)


def standing(member: Member, terms: Terms, merits: Sequence[Merit], t: int) -> int:
    """Her metric at *t*."""
    if terms.metric is None:
        return 0
    return measured(terms.metric, merits, t, member.enrol_us, terms.zone)
