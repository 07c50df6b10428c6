"""An engine on a database of its own."""

from collections.abc import AsyncIterator

import pytest

from tests.campaign.engine.world import World, world
from tests.conftest import MakeClone


@pytest.fixture
async def shop(database: MakeClone) -> AsyncIterator[World]:
    async with world((await database("campaign")).url) as made:
        yield made
