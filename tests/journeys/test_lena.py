"""The journey that must always work, up to the refund: on the clock on the wall, and on one moved by days."""

import asyncio
from datetime import UTC, datetime

import pytest

from deploy.local import lena, story
from deploy.local.home import Home
from deploy.local.stage import Stage
from tests.whole import OPERATOR_KEY, MovedClock, cloned, standing

DAY_SECONDS = 86_400.0


async def test_the_whole_journey_comes_true_against_real_processes(house):
    told: list[str] = []
    addresses = {
        "RAPPORT_URL": house.url,
        "RAPPORT_MAIL_URL": house.mail_url,
        "RAPPORT_DESK_SMTP": house.desk,
    }
    stage = story.stage(Home(house.home, port=0), addresses)
    stage.say = told.append

    await asyncio.to_thread(lena.tell, stage)

    assert_story(told)


async def test_the_whole_journey_comes_true_in_one_process_on_a_clock_moved_by_days(
    state, postgres, template, nats_url
):
    clock, told = MovedClock(), list[str]()
    async with (
        cloned(postgres, template) as clones,
        standing(state / "lena", nats_url, clones, clock) as whole,
    ):
        stage = Stage(
            url=f"http://{whole.address}",
            mail_url=whole.sink.url,
            desk=whole.desk,
            operator_key=OPERATOR_KEY,
            clock=clock,
            pass_days=lambda days: clock.forward(days=days),
            day=DAY_SECONDS,
            say=told.append,
        )

        await asyncio.to_thread(lena.tell, stage)

    assert_story(told)
    assert clock() > datetime.now(UTC)


def assert_story(told: list[str]) -> None:
    """Every sentence insisted on what it says; and all of them were said."""
    begun = [line.split(" ", 1)[0] for line in told if not line.startswith(" ")]
    assert ["A", "Two", "The", "The", "The", "Kim", "The", "She", "She"] == begun[:9]
    timeline = [line.split("  ")[-1] for line in told if line.startswith("  20")]
    for fact in ("TicketOpened", "TicketReplied", "TicketResolved", "MessageSuppressed", "MessageSent"):
        assert fact in timeline
    for fact in ("MessageClicked", "PointsEarned", "TierChanged", "PointsClawedBack", "JourneyEnded"):
        assert fact in timeline
    assert ["Product Viewed", "Product Viewed"] == timeline[:2]
    assert {"identify", "TicketOpened"} == set(timeline[2:4]), "the hour of a mail is told in whole seconds"


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Others use this machine too."""
    monkeypatch.setattr("deploy.local.stage.PATIENCE_SECONDS", 90.0)
