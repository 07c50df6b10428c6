"""Providers: who carries a workspace's messages. Their secrets come in, and never go out."""

import orjson
from google.protobuf.empty_pb2 import Empty
from grpc.aio import ServicerContext
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import settings_pb2 as resources

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, Exhausted, Invalid, NotFound, Violation
from chassis.idempotency import answer, answered
from services.campaign.channels import adapters
from services.campaign.channels.providers import DEFAULT
from services.campaign.channels.providers import Providers as Pool
from services.campaign.convert import providers as convert
from services.campaign.rpc import common
from services.campaign.store import providers as store

Context = ServicerContext[object, object]


class Providers:
    def __init__(self, db: Database, clock: Clock, pool: Pool, *, seconds: float) -> None:
        self._db, self._clock, self._pool, self._seconds = db, clock, pool, seconds

    async def CreateProvider(self, request: pb.CreateProviderRequest, _: Context) -> resources.Provider:
        said = request.provider
        slug = common.slug_of(said.name)
        kept = kept_of(said)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Provider):
                return reply
            connection = await tx.raw()
            if await store.count(connection, tx.workspace) >= MOST_PROVIDERS:
                raise Exhausted("PROVIDER_INVALID", f"A workspace has {MOST_PROVIDERS} providers at most.")
            new = slug != DEFAULT and await store.create(connection, tx.workspace, slug, kept, self._clock())
            if not new:
                sentence = f"The name {said.name} is taken; choose another one."
                raise AlreadyExists("NAME_TAKEN", sentence, name=said.name)
            return await answer(tx, request, self._message(tx, await found(tx, said.name)))

    async def GetProvider(self, request: pb.GetProviderRequest, _: Context) -> resources.Provider:
        async with self._db.begin(caller().workspace) as tx:
            return self._message(tx, await found(tx, request.name))

    async def ListProviders(self, request: pb.ListProvidersRequest, _: Context) -> pb.ListProvidersResponse:
        limit = pages.clamp(request.page_size)
        place = pages.unseal(request.page_token, str, int, str)
        after = (place[0], place[1], place[2]) if place else FIRST
        async with self._db.begin(caller().workspace) as tx:
            only = convert.channel_of(request.channel)
            rows = await store.page(await tx.raw(), tx.workspace, only, after, limit + 1)
            shown, token = pages.page(rows, limit, lambda row: [row["channel"], row["rank"], row["slug"]])
            providers = [self._message(tx, row) for row in shown]
        return pb.ListProvidersResponse(providers=providers, next_page_token=token)

    async def UpdateProvider(self, request: pb.UpdateProviderRequest, _: Context) -> resources.Provider:
        said = request.provider
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Provider):
                return reply
            row = await found(tx, said.name, lock=True)
            common.insist_on_etag(said.etag, row["revision"], "provider")
            kept = kept_of(merged(row, said, paths), secrets_of(row, said, paths))
            await store.update(await tx.raw(), tx.workspace, row["slug"], kept, self._clock())
            return await answer(tx, request, self._message(tx, await found(tx, said.name)))

    async def DeleteProvider(self, request: pb.DeleteProviderRequest, _: Context) -> Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            row = await found(tx, request.name, lock=True)
            await store.delete(await tx.raw(), tx.workspace, row["slug"])
        return Empty()

    async def TestProvider(self, request: pb.TestProviderRequest, _: Context) -> pb.TestProviderResponse:
        """Outside of every transaction; trying it twice harms nobody, and the first answer is the answer."""
        async with self._db.begin(caller().workspace) as tx:
            row = await found(tx, request.name)
        reply = await self._tried(row)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if before := await answered(tx, request, pb.TestProviderResponse):
                return before
            return await answer(tx, request, reply)

    async def _tried(self, row: store.Row) -> pb.TestProviderResponse:
        provider = adapters.speaking(
            row["adapter"],
            row["settings"],
            store.secrets_of(row),
            clock=self._clock,
            seconds=min(self._seconds, TEST_SECONDS),
        )
        try:
            trouble = await provider.check()
        finally:
            await provider.close()
        return pb.TestProviderResponse(
            working=trouble is None, description=trouble or "It answered, and would take messages."
        )

    def _message(self, tx: Tx, row: store.Row) -> resources.Provider:
        return convert.provider_message(
            row,
            answerable=bool(orjson.loads(row["settings"]).get("lookup_url")),
            health=self._pool.health(tx.workspace, row["slug"]).value,
        )


async def found(tx: Tx, name: str, *, lock: bool = False) -> store.Row:
    slug = common.slug_of(name)
    row = await store.found(await tx.raw(), tx.workspace, slug, lock=lock)
    if row is None:
        raise NotFound("PROVIDER_NOT_FOUND", f"There is no provider {slug}.", name=name)
    return row


def kept_of(said: resources.Provider, secrets: dict[str, str] | None = None) -> store.Kept:
    """What is written; Invalid, when the adapter cannot work with it."""
    secrets = dict(said.secrets) if secrets is None else secrets
    channel = convert.channel_of(said.channel)
    adapters.read(said.adapter, channel, said.settings, secrets)
    if "\0" in said.display_name:
        wrong = Violation("provider.display_name", "must be text without NUL")
        raise Invalid("PROVIDER_INVALID", f"{wrong.field} {wrong.description}.", violations=[wrong])
    return store.Kept(
        display_name=said.display_name,
        channel=channel,
        adapter=said.adapter,
        settings=orjson.dumps(adapters.parsed(said.settings)).decode(),
        secrets=secrets,
        rank=said.rank,
        rate_per_second=said.rate_per_second,
        enabled=said.enabled,
    )


def merged(row: store.Row, said: resources.Provider, paths: list[str]) -> resources.Provider:
    """The provider as it shall be, without its secrets."""
    shall = convert.provider_message(row, answerable=False, health=0)
    for path in paths:
        if path != "secrets":
            setattr(shall, path, getattr(said, path))
    return shall


def secrets_of(row: store.Row, said: resources.Provider, paths: list[str]) -> dict[str, str]:
    """A secret that is left out stays; one that is given empty goes."""
    kept = store.secrets_of(row) | (dict(said.secrets) if "secrets" in paths else {})
    return {name: secret for name, secret in kept.items() if secret}


WRITABLE = {"display_name", "rank", "settings", "secrets", "rate_per_second", "enabled"}
FIRST = ("", -(1 << 31), "")
MOST_PROVIDERS = 100
# Somebody waits for the answer, and calls have a deadline.
TEST_SECONDS = 8.0
