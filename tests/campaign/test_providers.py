"""Providers over real gRPC: their secrets come in and never go out, and what cannot work is said at once."""

import json
from contextlib import asynccontextmanager

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import campaign_pb2_grpc as stubs
from rapport.campaign.v1 import content_pb2
from rapport.campaign.v1 import settings_pb2 as resources

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.db import Database
from chassis.rpc import rpc_server
from chassis.runtime import running
from chassis.serving import answered_by
from services.campaign.channels.providers import Providers as Pool
from services.campaign.rpc.providers import Providers
from tests.campaign.channels.strangers import Mailman, clock
from tests.profile.house import Refused, refused

SECRET = "a secret of the house"


class House:
    def __init__(self, db, pool, service, sink) -> None:
        self.db, self.pool, self.service, self.sink = db, pool, service, sink

    async def ask(self, request, workspace="demo"):
        method = getattr(self.service, request.DESCRIPTOR.name.removesuffix("Request"))
        caller = Caller(workspace, "keys/ada", frozenset(), "request")
        return await method(request, metadata=metadata(caller, SECRET, clock()))

    async def refusal(self, request, workspace="demo") -> Refused:
        with pytest.raises(grpc.aio.AioRpcError) as told:
            await self.ask(request, workspace)
        return refused(told.value)

    async def create(self, slug="own", workspace="demo", **changed):
        return await self.ask(
            pb.CreateProviderRequest(provider=provider(self.sink, slug, **changed)), workspace
        )

    async def update(self, name, mask=(), **changed):
        said = resources.Provider(name=name, **changed)
        return await self.ask(
            pb.UpdateProviderRequest(provider=said, update_mask=FieldMask(paths=mask) if mask else None)
        )

    async def secrets(self, slug="own") -> dict[str, str]:
        async with self.db.begin("demo") as tx:
            row = await (await tx.raw()).fetchrow("SELECT secrets FROM provider WHERE slug = $1", slug)
        return json.loads(row["secrets"])


@asynccontextmanager
async def answering(db, sink):
    pool = Pool(smtp_url=None, smtp_lookup_url=None, seconds=5, clock=clock)
    service = answered_by(stubs.CampaignServiceServicer(), Providers(db, clock, pool, seconds=5))
    server, address = rpc_server("campaign.rapport", "127.0.0.1:0", SECRET, clock=clock)
    stubs.add_CampaignServiceServicer_to_server(service, server)
    async with running(server, grace_seconds=0) as failed, channel(address) as to:
        yield House(db, pool, stubs.CampaignServiceStub(to), sink)
        assert not failed.done()
    await pool.close()


@pytest.fixture
async def house(database, sink):
    async with (
        Database.open((await database("campaign")).url, clock=clock) as db,
        answering(db, sink) as house,
    ):
        yield house


def settings(sink, **more) -> bytes:
    host, _, port = sink.smtp_url.removeprefix("smtp://").partition(":")
    return json.dumps({"host": host, "port": int(port), "security": "none"} | more).encode()


def provider(sink, slug="own", **changed) -> resources.Provider:
    said = {
        "display_name": "Our own",
        "channel": content_pb2.EMAIL,
        "adapter": "smtp",
        "settings": settings(sink),
        "enabled": True,
    }
    return resources.Provider(name=f"providers/{slug}", **(said | changed))


async def test_a_provider_is_shown_as_it_was_made(house):
    made = await house.create(rank=3, rate_per_second=2.5)

    assert ("providers/own", "Our own", content_pb2.EMAIL, "smtp") == (
        made.name,
        made.display_name,
        made.channel,
        made.adapter,
    )
    assert (3, 2.5, True, False) == (made.rank, made.rate_per_second, made.enabled, made.answerable)
    assert json.loads(settings(house.sink)) == json.loads(made.settings)
    assert resources.Provider.HEALTH_UNSPECIFIED == made.health
    assert made == await house.ask(pb.GetProviderRequest(name="providers/own"))


async def test_secrets_come_in_and_never_go_out(house):
    secret = settings(house.sink, security="starttls", username="shop")
    made = await house.create(settings=secret, secrets={"password": "gehütet"})
    listed = await house.ask(pb.ListProvidersRequest())
    updated = await house.update("providers/own", rank=7)

    for shown in (made, listed, updated, await house.ask(pb.GetProviderRequest(name="providers/own"))):
        assert "gehütet" not in str(shown).encode().decode("unicode_escape")
        assert "gehütet".encode() not in shown.SerializeToString()
    assert {"password": "gehütet"} == await house.secrets()


async def test_a_secret_that_is_left_out_stays_and_one_that_is_given_is_the_new_one(house):
    said = settings(house.sink, security="starttls", username="shop")
    await house.create(settings=said, secrets={"password": "first"})

    await house.update("providers/own", ["display_name", "secrets"], display_name="Renamed")
    assert {"password": "first"} == await house.secrets()

    await house.update("providers/own", secrets={"password": "second"})
    assert {"password": "second"} == await house.secrets()

    both = {"settings": settings(house.sink), "secrets": {"password": ""}}
    await house.update("providers/own", **both)
    assert {} == await house.secrets()


async def test_a_secret_among_the_settings_is_refused_and_not_repeated(house):
    said = settings(house.sink, security="starttls", username="shop", password="gehütet")
    refusal = await house.refusal(pb.CreateProviderRequest(provider=provider(house.sink, settings=said)))

    assert ("PROVIDER_INVALID", ["provider.settings.password"]) == (refusal.reason, list(refusal.fields))
    assert "gehütet" not in refusal.sentence


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"adapter": "pigeon"}, ["provider.adapter"]),
        ({"adapter": ""}, ["provider.adapter"]),
        ({"channel": content_pb2.CHANNEL_UNSPECIFIED}, ["provider.channel"]),
        ({"channel": content_pb2.SMS}, ["provider.channel"]),
        ({"settings": b"{}"}, ["provider.settings.host"]),
        ({"settings": b'{"host": "a", "port": 99999, "hosts": 1}'},
         ["provider.settings.port", "provider.settings.hosts"]),
        ({"settings": b'{"host": "a b"}'}, ["provider.settings.host"]),
        ({"settings": b'{"host": "a", "security": "none", "username": "u"}', "secrets": {"password": "p"}},
         ["provider.settings"]),
        ({"settings": b'{"host": "a", "username": "u"}'}, ["provider.settings"]),
        ({"settings": b'{"host": "a", "lookup_url": "ftp://a"}'}, ["provider.settings.lookup_url"]),
        ({"settings": b'{"host": "a", "dkim": {"domain": "a.example", "selector": "s"}}',
          "secrets": {"dkim_key": "no key"}}, ['provider.secrets["dkim_key"]']),
        ({"secrets": {"pasword": "p"}}, ['provider.secrets["pasword"]']),
        ({"adapter": "webhook", "channel": content_pb2.WEBHOOK, "settings": b'{"url": "nowhere"}'},
         ["provider.settings.url"]),
        ({"adapter": "webhook", "channel": content_pb2.WEBHOOK,
          "settings": b'{"headers": {"Host": "other"}}'}, ["provider.settings.headers"]),
        ({"adapter": "webhook", "channel": content_pb2.WEBHOOK, "settings": b"{}",
          "secrets": {"signing_secret": "whsec_?"}}, ['provider.secrets["signing_secret"]']),
        ({"display_name": "Nul\0"}, ["provider.display_name"]),
    ],
)  # fmt: skip
async def test_what_cannot_work_is_refused_field_by_field(house, changed, fields):
    refusal = await house.refusal(pb.CreateProviderRequest(provider=provider(house.sink, **changed)))

    assert (grpc.StatusCode.INVALID_ARGUMENT, "PROVIDER_INVALID") == (refusal.code, refusal.reason)
    assert fields == list(refusal.fields)


async def test_settings_that_are_no_object_are_refused(house):
    for broken in (b"[1]", b"{", b'"host"'):
        refusal = await house.refusal(
            pb.CreateProviderRequest(provider=provider(house.sink, settings=broken))
        )
        assert ("PROVIDER_INVALID", ["provider.settings"]) == (refusal.reason, list(refusal.fields))


async def test_a_name_is_taken_once_and_the_houses_own_never(house):
    await house.create()
    for slug in ("own", "default"):
        refusal = await house.refusal(pb.CreateProviderRequest(provider=provider(house.sink, slug)))
        assert (grpc.StatusCode.ALREADY_EXISTS, "NAME_TAKEN") == (refusal.code, refusal.reason)

    await house.create(workspace="other")


async def test_a_repeat_gets_the_first_answer_and_makes_nothing(house):
    request = pb.CreateProviderRequest(provider=provider(house.sink), request_id="once")
    assert await house.ask(request) == await house.ask(request)

    changed = pb.CreateProviderRequest(provider=provider(house.sink, rank=1), request_id="once")
    assert "REQUEST_ID_REUSED" == (await house.refusal(changed)).reason


async def test_they_are_listed_by_channel_then_rank_page_by_page(house):
    await house.create("c", rank=2)
    await house.create("b", rank=-5)
    await house.create("a", rank=2)
    hook = {"adapter": "webhook", "channel": content_pb2.WEBHOOK, "settings": b"{}"}
    await house.create("z", **hook)
    await house.create("elsewhere", workspace="other")

    names, token = [], ""
    while True:
        page = await house.ask(pb.ListProvidersRequest(page_size=2, page_token=token))
        names += [each.name.removeprefix("providers/") for each in page.providers]
        if not (token := page.next_page_token):
            break
    only = await house.ask(pb.ListProvidersRequest(channel=content_pb2.WEBHOOK))

    assert ["b", "a", "c", "z"] == names
    assert ["providers/z"] == [each.name for each in only.providers]


async def test_a_lost_update_is_refused(house):
    made = await house.create()
    await house.update("providers/own", rank=1, etag=made.etag)

    late = pb.UpdateProviderRequest(provider=resources.Provider(name="providers/own", rank=2, etag=made.etag))
    assert "RESOURCE_CHANGED" == (await house.refusal(late)).reason
    assert 1 == (await house.ask(pb.GetProviderRequest(name="providers/own"))).rank


async def test_an_update_changes_what_it_names_and_nothing_else(house):
    made = await house.create(rank=4, rate_per_second=9)

    changed = await house.update("providers/own", ["enabled", "rate_per_second"], rank=99)

    assert (4, False, 0) == (changed.rank, changed.enabled, changed.rate_per_second)
    assert (made.settings, made.display_name) == (changed.settings, changed.display_name)
    refusal = await house.refusal(
        pb.UpdateProviderRequest(
            provider=resources.Provider(name="providers/own"), update_mask=FieldMask(paths=["adapter"])
        )
    )
    assert "FIELD_NOT_WRITABLE" == refusal.reason
    broken = pb.UpdateProviderRequest(provider=resources.Provider(name="providers/own", settings=b"{}"))
    assert "PROVIDER_INVALID" == (await house.refusal(broken)).reason


async def test_what_is_deleted_is_gone(house):
    await house.create()
    await house.ask(pb.DeleteProviderRequest(name="providers/own"))

    for request in (
        pb.GetProviderRequest(name="providers/own"),
        pb.DeleteProviderRequest(name="providers/own"),
        pb.UpdateProviderRequest(provider=resources.Provider(name="providers/own", rank=1)),
        pb.TestProviderRequest(name="providers/own"),
    ):
        refusal = await house.refusal(request)
        assert (grpc.StatusCode.NOT_FOUND, "PROVIDER_NOT_FOUND") == (refusal.code, refusal.reason)


async def test_a_strangers_name_is_nobodys(house):
    await house.create(workspace="other")
    for name in ("providers/own", "providers/nul\0"):
        assert "PROVIDER_NOT_FOUND" == (await house.refusal(pb.GetProviderRequest(name=name))).reason


async def test_trying_a_provider_says_what_it_said_and_sends_nothing(house):
    await house.create()
    await house.create("gone", settings=b'{"host": "127.0.0.1", "port": 1, "security": "none"}')

    works = await house.ask(pb.TestProviderRequest(name="providers/own", request_id="one"))
    fails = await house.ask(pb.TestProviderRequest(name="providers/gone"))

    assert (True, False) == (works.working, fails.working)
    assert "127.0.0.1" in fails.description
    assert [] == await house.sink.mails()
    house.sink.faults.drop = "connecting"
    assert works == await house.ask(pb.TestProviderRequest(name="providers/own", request_id="one"))
    assert not (await house.ask(pb.TestProviderRequest(name="providers/own"))).working


async def test_its_health_is_what_the_pool_has_seen(house):
    await house.create()
    async with house.db.begin("demo") as tx:
        (carrier,) = await house.pool.for_channel(await tx.raw(), "demo", "email")

    await carrier.hand_over(Mailman(house.sink).message())

    shown = await house.ask(pb.GetProviderRequest(name="providers/own"))
    assert resources.Provider.WORKING == shown.health


async def test_one_that_can_be_asked_says_so(house):
    made = await house.create(settings=settings(house.sink, lookup_url=house.sink.lookup_url))
    assert made.answerable
