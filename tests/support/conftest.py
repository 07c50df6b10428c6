"""One running support service for the tests of a module; each test has a workspace of its own in it."""

import itertools
from collections.abc import AsyncIterator

import pytest

from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.provision import app_role, owner_role
from services.support import app
from tests.conftest import Clone, MakeTemplate, execute
from tests.profile.house import Hands, cleared
from tests.support.house import House, Shop, running_house
from tests.support.sink import Sink, running_sink

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
async def clone(postgres: Postgres, template: MakeTemplate) -> AsyncIterator[Clone]:
    await template("support")
    name, owner = f"support_house_{next(NUMBERS)}", owner_role("support")
    await execute(postgres.url(), f"CREATE DATABASE {name} TEMPLATE support OWNER {owner}")
    yield Clone(postgres.url(name, app_role("support")), postgres.url(name, owner))
    await execute(postgres.url(), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
async def sink() -> AsyncIterator[Sink]:
    async with running_sink() as running:
        yield running


@pytest.fixture(scope="module")
async def house(clone: Clone, nats_server: Nats, sink: Sink) -> AsyncIterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        # A test does not wait for a beat.
        patch.setattr(app, "BEAT_SECONDS", 0.05)
        patch.setattr(app, "HOUR_SECONDS", 0.2)
        async with running_house(clone.url, await cleared(nats_server.url), Hands(), sink) as running:
            yield running


@pytest.fixture
def shop(house: House) -> Shop:
    return Shop(house)


@pytest.fixture
def other(house: House) -> Shop:
    """A second workspace in the same house."""
    return Shop(house)
