"""Segments through the front door: who comes in, who leaves and when, on the clock on the wall."""

import uuid
from datetime import UTC, datetime, timedelta

from rapport.segment.v1 import events_pb2 as events

from deploy.local.segments import SEGMENTS
from tests.eventually import eventually

SECONDS = 4
NOTHING_WITHIN = timedelta(seconds=1)


async def publish(house, slug: str, condition: dict) -> str:
    """A segment in force."""
    name = f"segments/{slug}-{uuid.uuid4().hex[:8]}"
    made = await house.http.post("/v1/segments", json={"name": name, "condition": condition})
    assert made.status_code == 200, made.text
    published = await house.http.post(f"/v1/{name}:publish", json={})
    assert published.status_code == 200, published.text
    await eventually("LIVE", lambda: state(house, name), 20)
    return name


async def state(house, name: str) -> str:
    return (await house.get(f"/v1/{name}"))["state"]


def changes(facts, kind, name: str) -> list:
    """What was told of one segment, with when we heard it."""
    items = (
        (one, facts.heard_at(fact))
        for fact in facts.of(kind)
        for one in (fact.entries if kind is events.SegmentEntered else fact.exits)
    )
    return [(one, heard) for one, heard in items if one.segment == name]


async def test_she_leaves_a_window_at_its_end_to_the_second_and_nothing_else_happens(house):
    user = f"ada-{uuid.uuid4().hex[:8]}"
    viewed = {
        "event": {"events": {"type": "track", "names": [f"Viewed {user}"]}, "window": {"last": f"{SECONDS}s"}}
    }
    name = await publish(house, "just-looked", viewed)
    async with house.hearing() as facts:
        async with house.shop() as shop:
            shop.track(user, f"Viewed {user}", {}, timestamp=datetime.now(UTC))
        await eventually(1, lambda: len(changes(facts, events.SegmentExited, name)), 20)
        [(entered, _)] = changes(facts, events.SegmentEntered, name)
        [(exited, heard)] = changes(facts, events.SegmentExited, name)

    left = exited.event_time.ToDatetime(UTC)
    assert entered.event_time.ToDatetime(UTC) + timedelta(seconds=SECONDS) == left
    assert entered.predicted_exit_time == exited.event_time
    assert timedelta() <= heard - left <= NOTHING_WITHIN
    assert f"{name}/versions/1" == entered.version
    assert entered.sequence_number < exited.sequence_number
    assert [f"Viewed {user}"] == [one.event for one in entered.evidence]
    history = await house.get(f"/v1/{name}/membership_changes")
    assert ["DEADLINE", "EVENT"] == sorted(one["cause"]["kind"] for one in history["changes"])


async def test_the_demo_shop_has_a_dozen_segments_and_they_say_why(house):
    listed = {one["name"]: one for one in await house.everything("/v1/segments")}
    demo = [listed[f"segments/{slug}"] for slug in SEGMENTS]
    assert len(demo) >= 12
    assert {"LIVE"} == {one["state"] for one in demo}
    assert sum(int(one["member_count"]) > 0 for one in demo) >= 8
    members = await house.everything("/v1/segments/repeat-buyers/members")
    member = members[0]["profile"].removeprefix("profiles/")
    why = await house.get(f"/v1/segments/repeat-buyers/members/{member}:explain")
    assert why["member"] is True
    counted = await house.get("/v1/segments/repeat-buyers:count")
    assert len(members) == int(counted["member_count"])
