"""A sender, and the mailbox it sends to, for the tests of sending."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.mail.sink import Sink
from tests.campaign.sending.world import World, world
from tests.conftest import MakeClone


@pytest.fixture
async def shop(database: MakeClone, sink: Sink) -> AsyncIterator[World]:
    """With a template, and a mail server that can be asked."""
    clone = await database("campaign")
    async with world(clone.url, sink.smtp_url, sink.lookup_url) as made:
        await made.channel()
        await made.template()
        yield made


@pytest.fixture
async def mute(database: MakeClone, sink: Sink) -> AsyncIterator[World]:
    """With a mail server that cannot be asked."""
    clone = await database("campaign")
    async with world(clone.url, sink.smtp_url, None) as made:
        await made.channel()
        await made.template()
        yield made
