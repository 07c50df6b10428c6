"""Templates: what is said, in every language it is said in."""

import asyncio
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import asyncpg
import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import content_pb2

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, Invalid, NotFound, NotNow, Violation
from chassis.idempotency import answer, answered
from services.campaign.content.check import Findings, Problem, checked
from services.campaign.convert import templates as convert
from services.campaign.rpc import common
from services.campaign.store import groups
from services.campaign.store import templates as store

Context = grpc.aio.ServicerContext[Any, Any]


class Templates:
    """A send goes out with the newest contents there are at that moment, and keeps their revision.

    Contents of former revisions are not kept.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def CreateTemplate(self, request: pb.CreateTemplateRequest, _: Context) -> content_pb2.Template:
        said = request.template
        if said.channel == content_pb2.CHANNEL_UNSPECIFIED:
            raise unsound([Problem("channel", "Say for which channel it is.")])
        found = await self._sound(said.contents, said.channel)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, content_pb2.Template):
                return reply
            await insist_on_group(tx, said.subscription_group)
            connection, slug = await tx.raw(), common.slug_of(said.name)
            values = values_of(said, found)
            made = await store.create(
                connection, tx.workspace, slug, values, self._clock(), channel=said.channel
            )
            if not made:
                raise AlreadyExists("NAME_TAKEN", f"There is a template {slug} already.", name=said.name)
            return await answer(tx, request, convert.template(await template(tx, said.name)))

    async def GetTemplate(self, request: pb.GetTemplateRequest, _: Context) -> content_pb2.Template:
        async with self._db.begin(caller().workspace) as tx:
            return convert.template(await template(tx, request.name))

    async def ListTemplates(self, request: pb.ListTemplatesRequest, _: Context) -> pb.ListTemplatesResponse:
        """A page ends early, too, where more would be too much for one answer."""
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, str) or [""]
        async with self._db.begin(caller().workspace) as tx:
            connection = await tx.raw()
            sizes = await store.page(connection, tx.workspace, after[0], request.channel, limit + 1)
            shown, token = pages.page(sizes, fitting(sizes[:limit]), lambda row: [row["slug"]])
            rows = await store.templates(connection, tx.workspace, [row["slug"] for row in shown])
        templates = (convert.template(rows[row["slug"]]) for row in shown)
        return pb.ListTemplatesResponse(templates=templates, next_page_token=token)

    async def UpdateTemplate(self, request: pb.UpdateTemplateRequest, _: Context) -> content_pb2.Template:
        said = request.template
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, content_pb2.Template):
                return reply
            row = await template(tx, said.name, lock=True)
            common.insist_on_etag(said.etag, row["change"], "template")
            kept = convert.template(row)
            after = merged(kept, said, paths)
            if after != kept:
                await insist_on_group(tx, after.subscription_group)
                said_anew = list(after.contents) != list(kept.contents)
                found = await self._sound(after.contents, after.channel)
                connection, values = await tx.raw(), values_of(after, found)
                await store.update(
                    connection, tx.workspace, row["slug"], values, self._clock(), said_anew=said_anew
                )
            return await answer(tx, request, convert.template(await template(tx, said.name)))

    async def DeleteTemplate(self, request: pb.DeleteTemplateRequest, _: Context) -> Empty:
        """Whoever is about to name it in what goes live holds it, see `store.missing`."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            slug = (await template(tx, request.name, lock=True))["slug"]
            if users := await store.users(await tx.raw(), tx.workspace, slug):
                raise NotNow(
                    "RESOURCE_IN_USE",
                    f"{request.name} is sent by {', '.join(users[:MOST_NAMED])}; change that first.",
                    violations=[Violation(user, f"sends {request.name}") for user in users[:MOST_NAMED]],
                )
            await store.delete(await tx.raw(), tx.workspace, slug)
        return Empty()

    async def _sound(self, contents: Sequence[content_pb2.Content], channel: int) -> Findings:
        """What is found in the contents, looked at beside others' calls. Refused when they are broken."""
        if not contents:
            raise unsound([Problem("contents", "Say something, in one language at least.")])
        if sum(content.ByteSize() for content in contents) > MOST_BYTES:
            sentence = f"All contents together have at most {MOST_BYTES} bytes; make several templates of it."
            raise unsound([Problem("contents", sentence, costly=True)])
        found = await asyncio.to_thread(checked, contents, channel, self._clock())
        if found.problems:
            raise unsound(found.problems)
        return found


async def template(tx: Tx, name: str, *, lock: bool = False) -> asyncpg.Record:
    slug = common.slug_of(name)
    row = await store.template(await tx.raw(), tx.workspace, slug, lock=lock) if slug else None
    if row is None:
        raise NotFound("TEMPLATE_NOT_FOUND", f"There is no template {slug}.", name=name)
    return row


async def insist_on_group(tx: Tx, name: str) -> None:
    """The topic a template belongs to is one customers can leave."""
    if not name:
        return
    slug = name.removeprefix("subscription_groups/") if name.startswith("subscription_groups/") else ""
    if not slug or "\0" in slug or await groups.found(await tx.raw(), tx.workspace, slug) is None:
        raise NotFound(
            "SUBSCRIPTION_GROUP_NOT_FOUND",
            f"There is no group {name}; make it first, or leave it out.",
            violations=[Violation("template.subscription_group", "is no group's name")],
            name=name,
        )


def fitting(rows: Sequence[asyncpg.Record]) -> int:
    """How many of these templates one answer can hold; one at least."""
    together = accumulate(row["bytes"] for row in rows)
    return max(1, sum(1 for size in together if size <= MOST_BYTES_ON_A_PAGE))


def merged(
    kept: content_pb2.Template, said: content_pb2.Template, paths: Sequence[str]
) -> content_pb2.Template:
    """What is kept, with these fields as they are said."""
    after = content_pb2.Template()
    after.CopyFrom(kept)
    FieldMask(paths=paths).MergeMessage(said, after, replace_message_field=True, replace_repeated_field=True)
    setattr(after, "class", getattr(after, "class") or content_pb2.MARKETING)
    if "tracking" in paths and not said.HasField("tracking"):
        after.ClearField("tracking")
    return after


def values_of(said: content_pb2.Template, found: Findings) -> store.Values:
    return store.Values(
        display_name=said.display_name,
        message_class=getattr(said, "class") or content_pb2.MARKETING,
        contents=convert.kept_contents(said.contents),
        subscription_group=said.subscription_group,
        tracking=said.tracking if said.HasField("tracking") else None,
        traits=tuple(sorted(found.traits)),
        warnings=tuple(found.warnings),
    )


def unsound(problems: Sequence[Problem], prefix: str = "template.") -> Invalid:
    """Every problem with its place; the first in the sentence."""
    first, more = problems[0], len(problems) - 1
    others = f" {more} more things are wrong." if more > 1 else " One more thing is wrong." if more else ""
    return Invalid(
        "TEMPLATE_TOO_COSTLY" if all(each.costly for each in problems) else "TEMPLATE_INVALID",
        f"{first.field}: {first.description}.{others}",
        violations=[Violation(f"{prefix}{each.field}", each.description) for each in problems],
    )


WRITABLE = {"display_name", "class", "contents", "subscription_group", "tracking"}
# A message between services has its limit.
MOST_BYTES_ON_A_PAGE = 4_000_000
MOST_BYTES = 2_000_000
MOST_NAMED = 5
