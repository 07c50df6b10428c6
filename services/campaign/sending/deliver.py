"""The sender: takes what is due, decides, renders, hands over, records. Read this first.

`take → rule → begin → hand over → record`: four short transactions for a batch, and none of them is open
while a stranger is called. The policy is asked twice: before texts are filled, and as the attempt begins.
Whoever dies between two of them leaves a send that is due again when its lease ends: one that was never begun
is begun; one that was being handed over is asked for, where that is possible.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from random import Random

import asyncpg

from chassis.clock import Clock
from chassis.db import Database
from chassis.faults import passing
from chassis.tracing import TRACEPARENT, Kind, span
from chassis.workspaces import Workspaces
from conditions.calendar import microseconds, moment
from services.campaign.channels.providers import Carrier, Providers
from services.campaign.domain.ledger import Ending, Outcome
from services.campaign.domain.outgoing import Outgoing
from services.campaign.sending.batches import many
from services.campaign.sending.cases import rules
from services.campaign.sending.decide import rule, standing
from services.campaign.sending.flight import Flight
from services.campaign.sending.handing import handed_over, looked_up
from services.campaign.sending.record import Done, record
from services.campaign.sending.writing import Ready, Unfit, Writer
from services.campaign.store import ledger, links, templates
from services.campaign.store.ledger import Begun, Lane

log = logging.getLogger(__name__)


class Sender:
    """One in each worker; any number of them share what is due."""

    def __init__(
        self,
        db: Database,
        providers: Providers,
        workspaces: Workspaces,
        clock: Clock,
        *,
        link_url: str,
        link_secret: str,
        hand_over_seconds: float,
        lease_seconds: float,
        random: Random,
    ) -> None:
        assert lease_seconds > hand_over_seconds * PATIENCE, "a lease outlives the call it is for"
        self._db, self._providers, self._workspaces, self._clock = db, providers, workspaces, clock
        self._links = (link_url, link_secret)
        # A provider gives up by itself, and knows more about it than we do.
        self._seconds, self._lease = hand_over_seconds * PATIENCE, timedelta(seconds=lease_seconds)
        self._random = random
        self._flight = Flight()

    async def run(self) -> None:
        """Sends, as long as it lives. What is under way when it is stopped gets a moment to end."""
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._forever(self.deliver_due, self._flight.freed))
                both.create_task(self._forever(self.record_landed, self._flight.news))
        finally:
            await self._end()

    def wake(self) -> None:
        """Something was claimed in this process: it need not wait for the next look."""
        self._flight.freed.set()

    async def deliver_due(self) -> None:
        """Takes on all that is due and that there is room for; does not wait for what strangers say."""
        while await self._deliver_some(self._clock()):
            pass

    async def record_landed(self) -> None:
        """Writes down what strangers have said by now."""
        for workspace in list(self._flight.landed):
            while done := list(islice(self._flight.landed[workspace], AT_ONCE)):
                async with many(self._db, workspace, self._clock()) as batch:
                    await record(batch, done, self._random, self._workspaces.of(workspace).region_code)
                for _ in done:
                    self._flight.landed[workspace].popleft()
                self._flight.recorded(done)

    async def finish(self) -> None:
        """Waits for what is under way, and writes it down."""
        await self._flight.empty()
        await self.record_landed()

    async def _forever(self, work: Callable[[], Awaitable[None]], cause: asyncio.Event) -> None:
        while True:
            cause.clear()
            try:
                await work()
            except Exception as failure:
                if not passing(failure):
                    raise
                log.warning("the sender will try again: %s: %s", type(failure).__name__, failure)
                await asyncio.sleep(PATIENCE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await cause.wait()

    async def _end(self) -> None:
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await self.finish()
        except TimeoutError:
            await self._flight.abandon()

    async def _deliver_some(self, now: datetime) -> bool:
        """One batch of each lane; whether there was anything."""
        async with self._db.begin(()) as tx:
            lanes = await ledger.lanes(await tx.raw(), microseconds(now))
        taken = [await self._deliver_lane(lane, now) for lane in lanes]
        return any(taken)

    async def _deliver_lane(self, lane: Lane, now: datetime) -> int:
        """As many as there is room for; how many were taken."""
        room = self._flight.room(*lane)
        if not room:
            return 0
        async with self._db.begin(lane.workspace) as tx:
            carriers = await self._providers.for_channel(await tx.raw(), lane.workspace, lane.channel)
            if carriers:
                room = min(room, sum(self._flight.capacity(lane.workspace, one) for one in carriers))
            if not room:
                return 0
            until_us = microseconds(now + self._lease)
            limit = min(room, AT_ONCE)
            rows = await ledger.take(await tx.raw(), lane, microseconds(now), until_us, limit)
        rows = [row for row in rows if row["id"] not in self._flight.ids]
        await self._ask(lane, [row for row in rows if row["attempt"] is not None])
        if fresh := [row for row in rows if row["attempt"] is None]:
            await self._send(lane, fresh, carriers, now)
        return len(rows)

    async def _send(
        self, lane: Lane, rows: Sequence[asyncpg.Record], carriers: Sequence[Carrier], now: datetime
    ) -> None:
        """Decides upon sends, writes those that may go out, and hands them over."""
        workspace = self._workspaces.of(lane.workspace)
        async with many(self._db, lane.workspace, now) as batch:
            ruling = await rules(
                batch.connection, lane.workspace, lane.channel, workspace.zone, workspace.region_code
            )
            slugs = {row["template"] for row in rows}
            texts = await templates.templates(batch.connection, lane.workspace, slugs)
            cleared = await rule(batch, rows, texts, ruling, self._lease)
        if not cleared:
            return
        if not carriers or not ruling.channel.enabled:
            why = f"Nothing goes out on channels/{lane.channel}: it is off, or has no provider."
            self._unfit(lane, [Unfit(each, why) for each in cleared], now)
            return
        writer = Writer(lane.workspace, ruling, texts, now, *self._links)
        written = await asyncio.to_thread(writer.all, cleared)
        self._unfit(lane, [each for each in written if isinstance(each, Unfit)], now)
        await self._hand_over(lane, [each for each in written if isinstance(each, Ready)], carriers, writer)

    async def _hand_over(
        self, lane: Lane, ready: Sequence[Ready], carriers: Sequence[Carrier], writer: Writer
    ) -> None:
        """Each attempt is in the ledger before its stranger is called. What does not stand is ruled anew."""
        given = self._shared_out(lane, sorted(ready, key=lambda one: one.message.send), carriers)
        # The clock goes on while texts are filled: the lease is for what comes now.
        now = self._clock()
        lease_us = microseconds(now + self._lease)
        begun = {one.message.send: attempt(one, carrier, lease_us) for one, carrier in given}
        async with many(self._db, lane.workspace, now) as batch:
            cleared = [one.cleared for one, _ in given]
            stands = await standing(batch, cleared, writer.templates, writer.rules)
            going = [each for id, each in begun.items() if id in stands]
            ours = await ledger.begin(batch.connection, lane.workspace, going, batch.now_us)
            kept = [links.Stored(lane.workspace, one.message.send, one.urls) for one, _ in given]
            await links.keep(batch.connection, [each for each in kept if each.send in ours])
            waiting = [one.message.send for one in ready if one.message.send not in begun]
            pause = max(SOON, *(timedelta(seconds=one.circuit.wait()) for one in carriers))
            later_us = microseconds(now + pause)
            again = [(id, later_us) for id in waiting] + [
                (id, batch.now_us) for id in begun if id not in stands
            ]
            await ledger.look_again(batch.connection, lane.workspace, again)
        for one, carrier in given:
            if one.message.send in ours:
                flying = self._called(one, carrier, begun[one.message.send], now, len(carriers))
                self._flight.depart(lane.workspace, lane.channel, carrier.slug, one.message.send, flying)

    def _shared_out(
        self, lane: Lane, ready: Sequence[Ready], carriers: Sequence[Carrier]
    ) -> list[tuple[Ready, Carrier]]:
        """Who carries what. Whoever may have a message already is the only one who gets it again."""
        left = {one.slug: self._flight.capacity(lane.workspace, one) for one in carriers}
        given = []
        for one in ready:
            row = one.cleared.row
            bound = [each for each in carriers if each.slug == row["provider"]]
            turn = row["tries"] % len(carriers)
            for carrier in bound or (*carriers[turn:], *carriers[:turn]):
                if left[carrier.slug] > 0:
                    left[carrier.slug] -= 1
                    given.append((one, carrier))
                    break
        return given

    async def _called(self, one: Ready, carrier: Carrier, begun: Begun, now: datetime, carriers: int) -> Done:
        row = one.cleared.row
        async with self._flight.door(one.message.workspace, carrier.slug):
            with span("send", Kind.CLIENT, {TRACEPARENT: row["traceparent"]}) as trace:
                # After the lease somebody else may settle it: it would be too late to begin.
                if microseconds(self._clock() + timedelta(seconds=self._seconds)) < begun.lease_us:
                    outcome = await handed_over(carrier, one.message, self._seconds)
                else:
                    outcome = Outcome(Ending.NOT_BEGUN, description="There was no time left to begin it.")
                if trace.sampled:
                    log.info("sends/%s: %s by %s", row["id"], outcome.ending.name.lower(), carrier.name)
        return Done(row, begun.attempt, outcome, trace.traceparent, carriers, now)

    def _unfit(self, lane: Lane, unfit: Sequence[Unfit], now: datetime) -> None:
        """What cannot be sent fails without an attempt."""
        done = [
            Done(
                one.cleared.row,
                None,
                Outcome(Ending.REJECTED, description=one.why),
                one.cleared.row["traceparent"],
                1,
                now,
            )
            for one in unfit
        ]
        self._flight.land(lane.workspace, done)

    async def _ask(self, lane: Lane, rows: Sequence[asyncpg.Record]) -> None:
        """Attempts whose outcome nobody recorded, and whose lease is over."""
        if not rows:
            return
        async with self._db.begin(lane.workspace) as tx:
            connection = await tx.raw()
            slugs = sorted({row["provider"] for row in rows})
            found = {slug: await self._providers.carrier(connection, lane.workspace, slug) for slug in slugs}
            begun = await ledger.begun(connection, lane.workspace, [row["id"] for row in rows])
        for row in rows:
            carrier = found[row["provider"]]
            asking = self._asked(row, carrier, lane, moment(begun[row["id"]]))
            self._flight.depart(lane.workspace, lane.channel, row["provider"], row["id"], asking)

    async def _asked(self, row: asyncpg.Record, carrier: Carrier | None, lane: Lane, begun: datetime) -> Done:
        message = Outgoing(
            send=row["id"],
            workspace=lane.workspace,
            channel=row["channel"],
            address=row["address"],
            message_id=row["message_id"],
        )
        async with self._flight.door(lane.workspace, row["provider"]):
            with span("look up", Kind.CLIENT, {TRACEPARENT: row["traceparent"]}) as trace:
                outcome = await looked_up(carrier, message, self._seconds)
        return Done(row, row["attempt"], outcome, trace.traceparent, 1, begun)


def attempt(one: Ready, carrier: Carrier, lease_us: int) -> Begun:
    return Begun(
        id=one.message.send,
        attempt=one.cleared.row["attempt_count"] + 1,
        lease_us=lease_us,
        provider=carrier.slug,
        template_revision=one.revision,
        address=one.message.address,
        subject=one.message.subject,
        message_id=one.message.message_id,
    )


# As many as are decided upon, and written down, at once.
AT_ONCE = 200
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 1.0
# How much longer than a provider we wait for it.
PATIENCE = 1.25
GRACE_SECONDS = 5.0
# When no provider had room for it after all.
SOON = timedelta(seconds=0.5)
