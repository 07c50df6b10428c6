"""Members: who is in a segment, which segments somebody is in, since when and why."""

from collections.abc import Iterator
from uuid import UUID

import asyncpg
from rapport.profile.v1 import events_pb2 as profile_events
from rapport.segment.v1 import resources_pb2
from rapport.segment.v1 import segment_pb2 as pb

from chassis import pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.workspaces import Workspaces
from conditions.explain import Reason, explain
from services.segment import convert
from services.segment.engine.ask import DRAFT, Asking, Question, draft
from services.segment.engine.judge import leaving
from services.segment.engine.state import Profile
from services.segment.rpc import common
from services.segment.rpc.segments import now_us
from services.segment.store import reads


class Members:
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self._db, self._workspaces, self._clock = db, workspaces, clock

    async def count(self, request: pb.CountMembersRequest) -> pb.CountMembersResponse:
        now = self._clock()
        async with self._db.begin(caller().workspace) as tx:
            row = await common.segment(tx, request.name)
            if not request.HasField("as_of_time"):
                time = convert.instant(now_us(now))
                return pb.CountMembersResponse(member_count=row["member_count"], evaluation_time=time)
            asking = await self._asking(tx)
            question = await asking.then(common.instant(request.as_of_time, now))
            count = 0
            if row["id"] in question.view.acting:
                async for _, holds in asking.holding(question, row["id"]):
                    count += holds
        return pb.CountMembersResponse(member_count=count, evaluation_time=convert.instant(question.t))

    async def page(self, request: pb.ListMembersRequest) -> pb.ListMembersResponse:
        limit = pages.clamp(request.page_size)
        place = pages.unseal(request.page_token, int, int)
        async with self._db.begin(caller().workspace) as tx:
            row = await common.segment(tx, request.parent)
            after, position = place or (0, await reads.position(await tx.raw(), tx.workspace))
            asking = await self._asking(tx)
            if request.HasField("as_of_time"):
                t = common.instant(request.as_of_time, self._clock())
                members = await self._members_then(asking, row, t, after, limit + 1)
            else:
                members = await self._members_now(asking, row, after, limit + 1)
        shown, token = pages.page(members, limit, lambda one: [one.profile_key, position])
        positions = [resources_pb2.StreamPosition(shard=convert.SHARD, sequence_number=position)]
        return pb.ListMembersResponse(members=shown, next_page_token=token, positions=positions)

    async def _members_now(
        self, asking: Asking, row: asyncpg.Record, after: int, limit: int
    ) -> list[resources_pb2.Member]:
        work = asking.work
        rows = await reads.members(work.store.connection, work.workspace, row["id"], after, limit)
        profiles = {
            one.key: one for one in await asking.some(asking.now(), [each["profile_key"] for each in rows])
        }
        return [
            convert.member_message(
                row["slug"],
                each["id"],
                each["profile_key"],
                each["since_us"],
                leaves(asking, profiles[each["profile_key"]], row["id"]),
            )
            for each in rows
        ]

    async def _members_then(
        self, asking: Asking, row: asyncpg.Record, t: int, after: int, limit: int
    ) -> list[resources_pb2.Member]:
        """Everybody who belonged at *t*, by what we know of that time today."""
        question = await asking.then(t)
        found: list[resources_pb2.Member] = []
        if row["id"] not in question.view.acting:
            return found
        async for profile, holds in asking.holding(question, row["id"], after):
            if holds:
                found.append(as_of(asking, question, row, profile))
            if len(found) == limit:
                break
        return found

    async def memberships(self, request: pb.ListMembershipsRequest) -> pb.ListMembershipsResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, int, int) or [LAST, LAST]
        async with self._db.begin(caller().workspace) as tx:
            key = await common.profile_key(tx, request.parent)
            place = (before[0], before[1])
            rows = await reads.memberships(await tx.raw(), tx.workspace, key, place, limit + 1)
            asking = await self._asking(tx)
            profile = await asking.one(asking.here(key), key)
        shown, token = pages.page(rows, limit, lambda row: [row["since_us"], row["segment"]])
        found = [convert.membership_message(row, leaves(asking, profile, row["segment"])) for row in shown]
        return pb.ListMembershipsResponse(memberships=found, next_page_token=token)

    async def explain(self, request: pb.ExplainMembershipRequest) -> resources_pb2.MembershipExplanation:
        slug, _, id = request.name.removeprefix("segments/").partition("/members/")
        async with self._db.begin(caller().workspace) as tx:
            row = await common.segment(tx, f"segments/{slug}")
            key = await common.profile_key(tx, f"profiles/{id}")
            asking = await self._asking(tx)
            question = await self._question(asking, request, row, key)
            profile = await asking.one(question, key)
            # What was never published explains itself by its draft, and has no members.
            deciding = question.view.acting.get(row["id"]) or question.view.acting[DRAFT]
            reason = explain(deciding.compiled, asking.known(question, profile), question.t)
            evidence = await self._evidence(tx, profile, reason)
            since = profile.members.get(row["id"]) if not request.HasField("as_of_time") else None
        found = resources_pb2.MembershipExplanation(
            name=f"segments/{slug}/members/{profile.id}",
            member=reason.holds and deciding.id != DRAFT,
            version=deciding.version if deciding.id != DRAFT else "",
            result=convert.result_message(reason, evidence),
            evaluation_time=convert.instant(question.t),
        )
        if since is not None:
            found.since_time.CopyFrom(convert.instant(since))
        if reason.until is not None:
            found.predicted_change_time.CopyFrom(convert.instant(reason.until))
        return found

    async def _question(
        self, asking: Asking, request: pb.ExplainMembershipRequest, row: asyncpg.Record, key: int
    ) -> Question:
        if request.HasField("as_of_time"):
            t = common.instant(request.as_of_time, self._clock())
            question = await asking.then(t)
            return (
                question if row["id"] in question.view.acting else await asking.then(t, draft(row["draft"]))
            )
        question = asking.here(key)
        return question if row["id"] in question.view.acting else asking.now(draft(row["draft"]))

    async def _evidence(
        self, tx: Tx, profile: Profile, reason: Reason
    ) -> dict[str, profile_events.RecordedActivity]:
        wanted = sorted({(time, UUID(id)) for time, id in rested_on(reason)})
        rows = await reads.activities(await tx.raw(), tx.workspace, profile.key, wanted) if wanted else {}
        return {id: convert.recorded(profile.name, row) for id, row in rows.items()}

    async def changes(self, request: pb.ListMembershipChangesRequest) -> pb.ListMembershipChangesResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, int) or [LAST]
        async with self._db.begin(caller().workspace) as tx:
            of_segment = request.parent.startswith("segments/")
            rows = await reads.changes(
                await tx.raw(),
                tx.workspace,
                segment=(await common.segment(tx, request.parent))["id"] if of_segment else None,
                profile=None if of_segment else await common.profile_key(tx, request.parent),
                times=span_of(request),
                kind=request.cause,
                before=before[0],
                limit=limit + 1,
            )
        shown, token = pages.page(rows, limit, lambda row: [row["sequence_number"]])
        changes = [convert.change_message(row) for row in shown]
        return pb.ListMembershipChangesResponse(changes=changes, next_page_token=token)

    async def _asking(self, tx: Tx) -> Asking:
        told = self._workspaces.of(tx.workspace)
        return await Asking.begin(await tx.raw(), tx.workspace, told, now_us(self._clock()))


def leaves(asking: Asking, profile: Profile, id: int) -> int | None:
    """When she will leave if nothing happens."""
    question = asking.here(profile.key)
    if id not in question.view.acting:
        return None
    known = asking.known(question, profile)
    return leaving(known, id, known.verdict(id, question.t).until)


def as_of(asking: Asking, question: Question, row: asyncpg.Record, profile: Profile) -> resources_pb2.Member:
    known = asking.known(question, profile)
    until = leaving(known, row["id"], known.verdict(row["id"], question.t).until)
    found = convert.member_message(row["slug"], profile.id, profile.key, question.t, until)
    # Since when she was in it then, the history of changes says.
    found.ClearField("enter_time")
    return found


def rested_on(reason: Reason) -> Iterator[tuple[int, str]]:
    """The activities among the evidence; an order is known by its own name."""
    yield from ((each.time, each.id) for each in reason.evidence if len(each.id) == HEX_DIGITS)
    for each in reason.of:
        yield from rested_on(each)


def span_of(request: pb.ListMembershipChangesRequest) -> tuple[int, int]:
    start = request.start_time.ToMicroseconds() if request.HasField("start_time") else -LAST
    return start, request.end_time.ToMicroseconds() if request.HasField("end_time") else LAST


LAST = (1 << 63) - 1
HEX_DIGITS = 32
