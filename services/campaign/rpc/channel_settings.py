"""How each channel is used."""

import re
from dataclasses import replace
from typing import Any

import grpc
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import settings_pb2

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database
from chassis.errors import Invalid, NotFound, Violation
from chassis.idempotency import answer, answered
from services.campaign.channels.addresses import read_sender
from services.campaign.convert import settings as convert
from services.campaign.domain.outgoing import Refused
from services.campaign.domain.settings import CHANNELS, ChannelSetting
from services.campaign.rpc import common
from services.campaign.store import channel_settings

Context = grpc.aio.ServicerContext[Any, Any]


class ChannelSettings:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def GetChannelSettings(
        self, request: pb.GetChannelSettingsRequest, _: Context
    ) -> settings_pb2.ChannelSettings:
        channel = known(request.name)
        async with self._db.begin(caller().workspace) as tx:
            settings = await channel_settings.of(await tx.raw(), tx.workspace, [channel])
        return convert.channel_settings(settings[channel])

    async def ListChannelSettings(
        self, request: pb.ListChannelSettingsRequest, _: Context
    ) -> pb.ListChannelSettingsResponse:
        """Every channel there is, also those nobody has set anything for."""
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, str) or [""]
        wanted = [channel for channel in CHANNELS if channel > after[0]][: limit + 1]
        async with self._db.begin(caller().workspace) as tx:
            settings = await channel_settings.of(await tx.raw(), tx.workspace, wanted)
        shown, token = pages.page(list(settings.values()), limit, lambda each: [each.channel])
        return pb.ListChannelSettingsResponse(
            channel_settings=map(convert.channel_settings, shown), next_page_token=token
        )

    async def UpdateChannelSettings(
        self, request: pb.UpdateChannelSettingsRequest, _: Context
    ) -> settings_pb2.ChannelSettings:
        said = request.channel_settings
        channel, paths = known(said.name), masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, settings_pb2.ChannelSettings):
                return reply
            connection = await tx.raw()
            before = await channel_settings.lock(connection, tx.workspace, channel)
            common.insist_on_etag(said.etag, before.revision, "channel")
            given: dict[str, Any] = {path: convert.channel_value(said, path) for path in paths}
            wanted = replace(before, **given)
            insist_on_sense(wanted)
            if wanted != before:
                await channel_settings.write(connection, tx.workspace, wanted, self._clock())
            after = await channel_settings.of(connection, tx.workspace, [channel])
            return await answer(tx, request, convert.channel_settings(after[channel]))


def known(name: str) -> str:
    channel = name.removeprefix("channels/")
    if channel not in CHANNELS:
        there_are = ", ".join(CHANNELS)
        raise NotFound(
            "CHANNEL_NOT_FOUND", f"There is no channel {channel}; there are {there_are}.", name=name
        )
    return channel


def insist_on_sense(setting: ChannelSetting) -> None:
    """What would make every message fail, or say something else than it seems, is refused here."""
    problems = []
    if setting.link_domain and not HOST.fullmatch(setting.link_domain):
        problems.append(("link_domain", "must be a host such as links.shop.example, without https://"))
    if setting.channel == "email":
        for field in ("sender", "reply_to"):
            value = getattr(setting, field)
            if value and not is_mailbox(value):
                problems.append((field, "must be one address, such as `Shop <news@shop.example>`"))
    if any(not text.isprintable() for text in (setting.sender, setting.reply_to)):
        problems.append(("sender", "must be one line"))
    if "\0" in setting.postal_address or any(
        "\0" in each for each in setting.stop_words + setting.return_words
    ):
        problems.append(("postal_address", "must be text"))
    if problems:
        field, sentence = problems[0]
        violations = [Violation(f"channel_settings.{name}", said) for name, said in problems]
        raise Invalid("ADDRESS_INVALID", f"channel_settings.{field} {sentence}.", violations=violations)


def is_mailbox(text: str) -> bool:
    """As whoever writes a mail will read it: an address, with a name or without."""
    try:
        read_sender(text)
    except Refused:
        return False
    return True


WRITABLE = {
    *("enabled", "sender", "reply_to", "postal_address", "tracking"),
    *("quiet_hours", "link_domain", "stop_words", "return_words"),
}
HOST = re.compile(
    r"(?=.{1,253}(:\d{1,5})?$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?"
)
