"""The till: calls that come at once are answered in one transaction, each as if it had come alone.

What waits while one batch is written is the next batch. So nobody waits for company, and where many come a
transaction costs each of them little. A refusal is one caller's; a failure is found out one by one.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass, field
from typing import TypeVar, cast
from uuid import UUID

from google.protobuf.message import Message

from chassis.callers import caller
from chassis.db import Database, Tx
from chassis.errors import Invalid, Refusal
from chassis.faults import passing
from services.loyalty.actions.work import Desk, Work
from services.loyalty.domain.member import Member
from services.loyalty.rpc import common
from services.loyalty.store import answers, members

Reply = TypeVar("Reply", bound=Message)
# Decides in memory alone, on a member that is locked and brought up to now; changes nothing when it refuses.
Act = Callable[[Work, Member], Awaitable[Message]]


@dataclass(eq=False, slots=True)
class Errand:
    """One call."""

    request: Message
    reply: type[Message]
    account: str
    act: Act
    cause: str
    done: asyncio.Future[Message] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def id(self) -> str:
        return answers.request_id(self.request)

    def answer(self, outcome: Message | Exception) -> None:
        """Who has hung up meanwhile hears nothing."""
        if self.done.done():
            return
        if isinstance(outcome, Exception):
            self.done.set_exception(outcome)
        else:
            self.done.set_result(outcome)


class Till:
    def __init__(self, db: Database, desk: Desk) -> None:
        self._db, self._desk = db, desk
        self._waiting: dict[str, deque[Errand]] = defaultdict(deque)
        self._working: dict[str, asyncio.Task[None]] = {}

    async def serve(self, request: Message, reply: type[Reply], account: str, act: Act) -> Reply:
        """Runs *act* on the account, once per request_id, in a transaction that others may share."""
        asking = caller()
        errand = Errand(request, reply, account, act, asking.request_id)
        self._waiting[asking.workspace].append(errand)
        if asking.workspace not in self._working:
            # In a context of its own: what it does is not done for the first who came.
            work = self._work(asking.workspace)
            self._working[asking.workspace] = asyncio.create_task(work, context=Context())
        return cast("Reply", await errand.done)

    async def _work(self, workspace: str) -> None:
        waiting = self._waiting[workspace]
        batch: list[Errand] = []
        try:
            while waiting:
                batch = next_batch(waiting)
                await self._together(workspace, batch)
        finally:
            # When we are stopped, nobody is left waiting.
            del self._working[workspace], self._waiting[workspace]
            for errand in (*batch, *waiting):
                errand.done.cancel()

    async def _together(self, workspace: str, batch: list[Errand]) -> None:
        try:
            outcomes = await self._attempt(workspace, batch)
        except Exception as failure:  # noqa: BLE001 - it is raised where the caller waits
            if len(batch) > 1 and not passing(failure):
                for each in batch:
                    await self._together(workspace, [each])
                return
            outcomes = dict.fromkeys(batch, failure)
        for errand in batch:
            if errand in outcomes:
                errand.answer(outcomes[errand])
            else:
                await self._together(workspace, [errand])

    async def _attempt(self, workspace: str, batch: list[Errand]) -> dict[Errand, Message | Exception]:
        """What each came to; those left out must be tried alone."""
        outcomes: dict[Errand, Message | Exception] = {}
        async with self._db.begin(workspace) as tx:
            work = await self._desk.begin(tx, together=True)
            requests = [each.request for each in batch]
            known = await answers.claim(work.connection, workspace, requests, self._desk.clock())
            fresh = [each for each in batch if each.id not in known]
            outcomes |= {each: told_before(each, *known[each.id]) for each in batch if each.id in known}
            await self._act(work, tx, fresh, outcomes, alone=len(batch) == 1)
            replies, without = {}, []
            for each in fresh:
                outcome = outcomes.get(each)
                if isinstance(outcome, Message):
                    replies[each.id] = outcome.SerializeToString()
                else:
                    without.append(each.id)
            replies.pop("", None)
            await answers.keep(work.connection, workspace, replies, [id for id in without if id])
        return outcomes

    async def _act(
        self,
        work: Work,
        tx: Tx,
        fresh: list[Errand],
        outcomes: dict[Errand, Message | Exception],
        *,
        alone: bool,
    ) -> None:
        asked = [key_of(common.Name.of(each.account)) for each in fresh]
        ids = await members.ids_of(work.connection, work.workspace, [each for each in asked if each])
        held = {each.id: each for each in await work.members(set(ids.values()))}
        for errand, key in zip(fresh, asked, strict=True):
            member = held.get(ids.get(key, 0)) if key else None
            tx.cause = errand.cause
            try:
                if member is None or member.moved_to is not None:
                    if not alone:
                        continue
                    member = await common.account(work, errand.account)
                    held[member.id] = member
                outcomes[errand] = await errand.act(work, member)
            except Refusal as no:
                outcomes[errand] = no
            else:
                await work.tell(member)
        await work.save(*held.values())


def next_batch(waiting: deque[Errand]) -> list[Errand]:
    """Those that came first, as many as one transaction takes; of one request_id only one."""
    batch: list[Errand] = []
    ids: set[str] = set()
    while waiting and len(batch) < MOST and waiting[0].id not in ids:
        errand = waiting.popleft()
        batch.append(errand)
        ids |= {errand.id} - {""}
    return batch


def key_of(name: common.Name) -> tuple[str, UUID] | None:
    profile = common.uuid_of(name.id)
    return (name.programme, profile) if profile and common.plain(name.programme) else None


def told_before(errand: Errand, digest: bytes, reply: bytes) -> Message | Exception:
    if digest != answers.digest(errand.request):
        return Invalid(
            "REQUEST_ID_REUSED",
            "This request_id already stood for a different request; give each request an id of its own.",
        )
    return errand.reply.FromString(reply)


MOST = 64
