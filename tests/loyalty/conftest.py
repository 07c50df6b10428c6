"""One running loyalty service for the tests of a module; each test has a workspace of its own in it."""

import itertools
from collections.abc import AsyncIterator

import pytest

from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.provision import app_role, owner_role
from services.loyalty import app
from tests.conftest import Clone, MakeTemplate, execute
from tests.loyalty.house import House, Shop, running_house
from tests.profile.house import Hands, cleared

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
async def clone(postgres: Postgres, template: MakeTemplate) -> AsyncIterator[Clone]:
    await template("loyalty")
    name, owner = f"loyalty_house_{next(NUMBERS)}", owner_role("loyalty")
    await execute(postgres.url(), f"CREATE DATABASE {name} TEMPLATE loyalty OWNER {owner}")
    yield Clone(postgres.url(name, app_role("loyalty")), postgres.url(name, owner))
    await execute(postgres.url(), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
async def house(clone: Clone, nats_server: Nats) -> AsyncIterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        # A test does not wait five seconds for settings, nor half of one for a beat.
        patch.setattr(app, "REFRESH_SECONDS", 0.2)
        patch.setattr(app, "BEAT_SECONDS", 0.05)
        async with running_house(clone.url, await cleared(nats_server.url), Hands()) as running:
            yield running


@pytest.fixture
def shop(house: House) -> Shop:
    return Shop(house)


@pytest.fixture
def other(house: House) -> Shop:
    """A second workspace in the same house."""
    return Shop(house)
