"""Policies: what is promised for which tickets."""

from datetime import datetime

import asyncpg
from google.protobuf.empty_pb2 import Empty
from rapport.support.v1 import desk_pb2
from rapport.support.v1 import support_pb2 as pb

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, Invalid, NotFound, Violation
from chassis.idempotency import answer, answered
from chassis.rpc import Context
from services.support.actions.targets import BEFORE_ALL, MOST_POLICIES
from services.support.convert import policies as convert
from services.support.rpc import common
from services.support.rpc.calendars import hold_calendar
from services.support.store import desk, targets
from services.support.store import policies as store


class Policies:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def CreatePolicy(self, request: pb.CreatePolicyRequest, _: Context) -> desk_pb2.Policy:
        common.insist_on_text(request)
        said, slug, now = request.policy, request.policy.name.removeprefix("policies/"), self._clock()
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Policy):
                return reply
            await insist_on_sense(tx, said)
            connection = await tx.raw()
            await targets.change_terms(connection, tx.workspace, now)
            if await store.count(connection, tx.workspace) >= MOST_POLICIES:
                raise unfit([("policy.name", f"is one too many: there are {MOST_POLICIES} policies")])
            made = convert.definition(said)
            if not await store.create(connection, tx.workspace, slug, values(said), made, now):
                raise AlreadyExists("NAME_TAKEN", f"There is a policy {slug} already.", name=said.name)
            return await answer(tx, request, await shown(tx, slug))

    async def GetPolicy(self, request: pb.GetPolicyRequest, _: Context) -> desk_pb2.Policy:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace) as tx:
            return await shown(tx, request.name.removeprefix("policies/"))

    async def ListPolicies(self, request: pb.ListPoliciesRequest, _: Context) -> pb.ListPoliciesResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, int, datetime, str)
        place = (after[0], after[1], after[2]) if after else BEFORE_ALL
        async with self._db.begin(caller().workspace) as tx:
            rows = await store.page(await tx.raw(), tx.workspace, place, limit + 1)
        page, token = pages.page(rows, limit, lambda row: [row["rank"], row["create_time"], row["slug"]])
        return pb.ListPoliciesResponse(policies=map(convert.policy_message, page), next_page_token=token)

    async def UpdatePolicy(self, request: pb.UpdatePolicyRequest, _: Context) -> desk_pb2.Policy:
        common.insist_on_text(request)
        said = request.policy
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Policy):
                return reply
            row = await policy(tx, said.name.removeprefix("policies/"), lock=True)
            common.insist_on_revision(said.etag, row, "policy")
            await self._write(tx, row, updated(row, said, paths))
            return await answer(tx, request, await shown(tx, row["slug"]))

    async def DeletePolicy(self, request: pb.DeletePolicyRequest, _: Context) -> Empty:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            connection = await tx.raw()
            row = await policy(tx, request.name.removeprefix("policies/"), lock=True)
            await targets.change_terms(connection, tx.workspace, self._clock())
            await store.delete(connection, tx.workspace, row["slug"])
        return Empty()

    async def _write(self, tx: Tx, row: asyncpg.Record, meant: desk_pb2.Policy) -> None:
        """What is as it was is not written; other promises are a new version."""
        connection, now = await tx.raw(), self._clock()
        await insist_on_sense(tx, meant)
        made = convert.definition(meant)
        if made != row["definition"]:
            await targets.change_terms(connection, tx.workspace, now)
            await store.redefine(connection, tx.workspace, row["slug"], made)
        if values(meant) != tuple(row[name] for name in store.VALUES) or made != row["definition"]:
            await store.update(connection, tx.workspace, row["slug"], values(meant), now)


async def policy(tx: Tx, slug: str, *, lock: bool = False) -> asyncpg.Record:
    row = await store.policy(await tx.raw(), tx.workspace, slug, lock=lock)
    if row is None:
        raise NotFound("POLICY_NOT_FOUND", f"There is no policy {slug}.", name=f"policies/{slug}")
    return row


async def shown(tx: Tx, slug: str) -> desk_pb2.Policy:
    return convert.policy_message(await policy(tx, slug))


def updated(row: asyncpg.Record, said: desk_pb2.Policy, paths: list[str]) -> desk_pb2.Policy:
    meant, given = convert.policy_message(row), desk_pb2.Policy()
    given.CopyFrom(said)
    for field, _ in said.ListFields():
        if field.name not in paths:
            given.ClearField(field.name)
    for path in paths:
        meant.ClearField(path)
    meant.MergeFrom(given)
    return meant


def values(said: desk_pb2.Policy) -> tuple[str, int, str]:
    """What of it stands in columns of its own."""
    return said.display_name, said.rank, said.calendar.removeprefix("calendars/")


async def insist_on_sense(tx: Tx, said: desk_pb2.Policy) -> None:
    """It promises nothing twice, and whatever it names is there."""
    found = [(f"policy.{path}", sentence) for path, sentence in convert.problems(said)]
    slugs = {name: name.removeprefix("teams/") for name in said.match.teams}
    missing = await desk.missing_teams(await tx.raw(), tx.workspace, sorted(slugs.values()))
    found += [
        (f"policy.match.teams[{place}]", "is no team there is")
        for place, name in enumerate(said.match.teams)
        if slugs[name] in missing
    ]
    if found:
        raise unfit(found)
    await hold_calendar(tx, said.calendar, "policy.calendar")


def unfit(found: list[tuple[str, str]]) -> Invalid:
    path, sentence = found[0]
    return Invalid(
        "POLICY_INVALID", f"{path} {sentence}.", violations=[Violation(*problem) for problem in found]
    )


WRITABLE = {"display_name", "rank", "match", "targets", "calendar"}
