"""One database for all tests of a module: each opens a shop of its own in it."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.provision import app_role, owner_role
from tests.campaign.links.world import NUMBERS, Shop, World, campaign_rooms
from tests.conftest import Clone, execute


@pytest.fixture(scope="module")
async def world(postgres, template, state) -> AsyncIterator[World]:
    await template("campaign")
    name, owner = f"campaign_links_{next(NUMBERS)}", owner_role("campaign")
    await execute(postgres.url(), f"CREATE DATABASE {name} TEMPLATE campaign OWNER {owner}")
    clone = Clone(postgres.url(name, app_role("campaign")), postgres.url(name, owner))
    async with campaign_rooms(clone, state) as running:
        yield running
    await execute(postgres.url(), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def shop(world: World) -> Shop:
    return Shop(world)
