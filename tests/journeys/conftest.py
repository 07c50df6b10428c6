"""One house for all journeys, started by the real launcher, in a folder of its own."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path

import pytest

from deploy.local.house import free_port
from tests.journeys.house import House, running

NewHome = Callable[[], Path]


@pytest.fixture(scope="session")
def new_home() -> Iterator[NewHome]:
    """Homes that nobody lived in: with short paths, for the sockets, and open to the database's own user."""
    made: list[Path] = []

    def make() -> Path:
        folder = Path(tempfile.mkdtemp(prefix="rj-"))
        folder.chmod(0o755)
        made.append(folder)
        return folder / ".rapport"

    yield make
    for folder in made:
        shutil.rmtree(folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a test that failed in the house for all, what the house said."""
    report = yield
    house = getattr(item, "funcargs", {}).get("house")
    if report.failed and house:
        report.sections.append(("the house", house.launcher.logs()))
    return report


@pytest.fixture(scope="session")
async def house(new_home: NewHome) -> AsyncIterator[House]:
    async with running(new_home(), free_port(), **IMPATIENT) as house:
        yield house


# What a killed process had in hand to send is settled when its lease is over: here within seconds.
IMPATIENT = {
    f"{service}_{setting}": seconds
    for service in ("CAMPAIGN", "SUPPORT")
    for setting, seconds in (("HAND_OVER_SECONDS", "5"), ("LEASE_SECONDS", "10"))
}
