"""How channels are used, and what holds before every send."""

import asyncio
from datetime import time, timedelta

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import content_pb2
from rapport.campaign.v1.settings_pb2 import (
    Attribution,
    ChannelSettings,
    FrequencyCap,
    QuietHours,
    SendingPolicy,
)

from services.campaign.domain.caps import Cap
from services.campaign.domain.quiet import Quiet
from services.campaign.domain.settings import CHANNELS, ChannelSetting, quiet
from services.campaign.domain.settings import SendingPolicy as Decided
from services.campaign.store import channel_settings, policies
from tests.profile.house import refused


async def ask(shop, method, **said):
    request = getattr(pb, f"{method}Request")(**said)
    return await shop.ask(getattr(shop.world.campaign_service, method), request)


async def use(shop, name, *mask, request_id="", **said):
    settings = ChannelSettings(name=f"channels/{name}", **said)
    return await ask(
        shop,
        "UpdateChannelSettings",
        channel_settings=settings,
        update_mask=FieldMask(paths=mask) if mask else None,
        request_id=request_id,
    )


async def decide(shop, *mask, **said):
    paths = FieldMask(paths=mask) if mask else None
    policy = SendingPolicy(name="sending_policy", **said)
    return await ask(shop, "UpdateSendingPolicy", sending_policy=policy, update_mask=paths)


async def in_force(shop) -> Decided:
    async with shop.world.db.begin(shop.workspace) as tx:
        return await policies.of(await tx.raw(), shop.workspace)


async def setting(shop, channel) -> ChannelSetting:
    async with shop.world.db.begin(shop.workspace) as tx:
        return (await channel_settings.of(await tx.raw(), shop.workspace, [channel]))[channel]


async def no(asking):
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await asking
    return refused(error.value)


def test_every_channel_of_the_protos_is_known():
    known = {name.lower() for name in dict(content_pb2.Channel.items())} - {"channel_unspecified"}
    assert known == {*CHANNELS}
    assert sorted(CHANNELS) == [*CHANNELS]


async def test_a_channel_nobody_set_is_on_and_counts(shop):
    found = await ask(shop, "GetChannelSettings", name="channels/web_push")
    assert (True, True, "0", content_pb2.WEB_PUSH) == (
        found.enabled,
        found.tracking,
        found.etag,
        found.channel,
    )
    assert not found.HasField("quiet_hours")
    assert not found.HasField("update_time")


async def test_channels_come_in_pages_by_name(shop):
    await use(shop, "sms", sender="Shop")
    first = await ask(shop, "ListChannelSettings", page_size=5)
    rest = await ask(shop, "ListChannelSettings", page_size=5, page_token=first.next_page_token)
    found = [*first.channel_settings, *rest.channel_settings]
    assert [f"channels/{channel}" for channel in CHANNELS] == [each.name for each in found]
    assert ["Shop"] == [each.sender for each in found if each.sender]
    assert "" == rest.next_page_token


async def test_a_channel_is_as_it_was_set(shop):
    said = {
        "sender": "Shop <news@shop.example>",
        "reply_to": "Tea, cakes & Co <desk@shop.example>",
        "postal_address": "1 High St\nTown",
        "quiet_hours": QuietHours(start="22:00", end="07:30"),
        "link_domain": "mail.shop.example",
        "stop_words": ["Genug"],
    }
    made = await use(shop, "email", **said)
    assert made == await ask(shop, "GetChannelSettings", name="channels/email")
    assert ("1", True, ["genug"]) == (made.etag, made.enabled, list(made.stop_words))
    kept = await setting(shop, "email")
    assert Quiet(time(22), time(7, 30)) == kept.quiet_hours
    assert ("mail.shop.example", "1 High St\nTown") == (kept.link_domain, kept.postal_address)


async def test_a_mask_writes_what_it_names_also_what_is_empty(shop):
    await use(shop, "email", sender="news@shop.example", quiet_hours=QuietHours(start="22:00", end="07:00"))
    after = await use(shop, "email", "enabled", "tracking", "quiet_hours", etag="1")
    assert (False, False, "news@shop.example", "2") == (
        after.enabled,
        after.tracking,
        after.sender,
        after.etag,
    )
    assert not after.HasField("quiet_hours")
    assert "2" == (await use(shop, "email", "enabled")).etag
    assert "RESOURCE_CHANGED" == (await no(use(shop, "email", "enabled", enabled=True, etag="1"))).reason
    assert "FIELD_NOT_WRITABLE" == (await no(use(shop, "email", "channel"))).reason


async def test_of_several_who_change_what_they_read_one_does(shop):
    asked = (use(shop, "email", "sender", sender=f"s{n}@shop.example", etag="0") for n in range(8))
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert 1 == sum(isinstance(each, ChannelSettings) for each in outcomes)
    assert {"RESOURCE_CHANGED"} == {refused(each).reason for each in outcomes if isinstance(each, Exception)}


@pytest.mark.parametrize("name", ["fax", "EMAIL", "channel_unspecified", "no\0thing"])
async def test_there_is_no_other_channel(shop, name):
    assert "CHANNEL_NOT_FOUND" == (await no(ask(shop, "GetChannelSettings", name=f"channels/{name}"))).reason
    assert "CHANNEL_NOT_FOUND" == (await no(use(shop, name, sender="x"))).reason


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sender", "nobody"),
        ("sender", "a@b.example\r\nBcc: all@b.example"),
        ("sender", "a@b.example, c@d.example"),
        ("reply_to", "mailboxes/desk"),
        ("sender", "Shop <news@-shop.example>"),
        ("link_domain", "https://shop.example"),
        ("link_domain", "shop.example/path"),
        ("link_domain", "shop.example@evil.example"),
        ("postal_address", "1 High\0 St"),
    ],
)
async def test_what_would_make_every_mail_fail_is_refused(shop, field, value):
    said = await no(use(shop, "email", **{field: value}))
    assert f"channel_settings.{field}" in said.fields
    assert "0" == (await ask(shop, "GetChannelSettings", name="channels/email")).etag


async def test_the_policy_nobody_wrote_is_the_one_of_the_protos(shop):
    found = await ask(shop, "GetSendingPolicy")
    assert (timedelta(days=2), timedelta(hours=1), 0, "0") == (
        found.support_quiet_period.ToTimedelta(),
        found.late_after.ToTimedelta(),
        found.control_group_basis_points,
        found.etag,
    )
    assert Decided() == await in_force(shop)


async def test_the_policy_is_as_it_was_decided(shop):
    made = await decide(
        shop,
        caps=[
            FrequencyCap(count=3, window=Duration(seconds=7 * 86400)),
            FrequencyCap(
                count=1,
                window=Duration(seconds=3600),
                channel=content_pb2.SMS,
                **{"class": content_pb2.OPERATIONAL},
            ),
        ],
        quiet_hours=QuietHours(start="22:00", end="06:00"),
        control_group_basis_points=500,
        attribution=Attribution(model=Attribution.LINEAR),
    )
    assert made == await ask(shop, "GetSendingPolicy")
    assert ("1", Attribution.LINEAR, content_pb2.MARKETING) == (
        made.etag,
        made.attribution.model,
        getattr(made.caps[0], "class"),
    )
    kept = await in_force(shop)
    assert (
        Cap(3, timedelta(days=7)),
        Cap(1, timedelta(hours=1), "operational", "sms"),
    ) == kept.caps
    assert (Quiet(time(22), time(6)), 500) == (kept.quiet_hours, kept.control_group_basis_points)


async def test_what_is_left_out_under_a_mask_is_the_default_again(shop):
    await decide(shop, support_quiet_period=Duration(), late_after=Duration(seconds=60))
    zero = await decide(shop, "support_quiet_period", support_quiet_period=Duration())
    assert timedelta() == zero.support_quiet_period.ToTimedelta()
    after = await decide(shop, "support_quiet_period", "late_after")
    assert Decided().support_quiet_period == after.support_quiet_period.ToTimedelta()
    assert Decided().late_after == after.late_after.ToTimedelta()
    assert "RESOURCE_CHANGED" == (await no(decide(shop, "caps", etag="1"))).reason


async def test_a_length_of_centuries_is_kept_as_for_ever(shop):
    after = await decide(shop, late_after=Duration(seconds=300_000_000_000))
    assert timedelta(days=36_525) == after.late_after.ToTimedelta()
    assert timedelta(days=36_525) == (await in_force(shop)).late_after


async def test_one_shop_does_not_see_what_another_decided(shop):
    stranger = type(shop)(shop.world)
    await decide(shop, control_group_basis_points=500)
    await use(shop, "email", sender="news@shop.example")
    assert Decided() == await in_force(stranger)
    assert ChannelSetting("email") == await setting(stranger, "email")


def test_text_messages_rest_at_night_and_a_channels_own_word_goes_first():
    night, noon = Quiet(time(22), time(6)), Quiet(time(12), time(13))
    assert noon == quiet(ChannelSetting("email", quiet_hours=noon), Decided(quiet_hours=night))
    assert night == quiet(ChannelSetting("email"), Decided(quiet_hours=night))
    assert None is quiet(ChannelSetting("email"), Decided())
    assert Quiet(time(21), time(8)) == quiet(ChannelSetting("sms"), Decided(quiet_hours=night))
