"""The first journey again, through days that pass in a second."""

from datetime import UTC, datetime

import pytest

from tests.eventually import eventually
from tests.journeys import coats
from tests.journeys.coats import Ada
from tests.journeys.near import Near, near
from tests.whole import cloned


@pytest.fixture
async def house(state, postgres, template, nats_url):
    async with cloned(postgres, template) as clones, near(state / "days", nats_url, clones) as house:
        yield house


def browser() -> datetime:
    """Her own clock, days behind the house's: the door corrects it."""
    return datetime.now(UTC)


async def in_segment(house: Near, profile: str) -> bool:
    memberships = await house.everything(f"/v1/{profile}/memberships")
    return "segments/looked-at-coats" in {each["segment"] for each in memberships}


async def test_days_pass_and_everything_comes_at_its_time(house):
    ada = Ada()
    await coats.looks_at_coats(house, ada, browser())
    await coats.signs_in(house, ada, browser())
    first = await coats.mail(house, ada, 1)
    assert "Wool coat Fjell, Parka Nordkap: still on your mind?" == first["subject"]
    profile = (await house.find(f"user_id:{ada.user}"))["name"]
    assert {"coats": ("WAITING", "END_REASON_UNSPECIFIED")} == await coats.runs(house, profile)

    house.clock.forward(days=3)
    ended = {"coats": ("ENDED", "COMPLETED")}
    await eventually(ended, lambda: coats.runs(house, profile))
    assert await in_segment(house, profile)

    house.clock.forward(days=4)
    await eventually(False, lambda: in_segment(house, profile))

    house.clock.forward(days=1)
    await coats.buys(house, ada, browser())
    second = await coats.mail(house, ada, 2)
    assert f"Thank you for your order A-{ada.mark}" == second["subject"]

    house.clock.forward(days=25)
    await coats.looks_at_coats(house, ada, browser())
    third = await coats.mail(house, ada, 3)
    assert first["subject"] == third["subject"], "thirty days after the first she may come in again"
    assert ["coats", "coats"] == sorted(
        each["name"].split("/")[1]
        for each in await house.everything(f"/v1/{profile}/runs")
        if "after" not in each["name"]
    )
    assert [1, 1, 1] == [mail["copies"] for mail in await house.mails(ada.email)]
    lived = await house.everything(f"/v1/{profile}/activities")
    times = [each["event_time"] for each in lived]
    assert sorted(times, reverse=True) == times
