"""Whether segments hold whom they should, by their own history and by a new reckoning of everything."""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from rapport.segment.v1 import events_pb2 as events

from tests.journeys.killing.facts import Facts, once
from tests.journeys.killing.ground import Ground, members
from tests.journeys.killing.profiles import Figures
from tests.journeys.killing.traffic import Traffic


async def memberships_are_right(ground: Ground, traffic: Traffic, told: Facts, of: dict[str, str]) -> Figures:
    figures: Figures = {}
    for name, users in members(traffic).items():
        listed = await ground.caller.everything(f"/v1/{name}/members")
        once(Counter(one["profile"] for one in listed), {of[user] for user in users})
        condition = {"condition": ground.segments[name]}
        anew = await ground.caller.post("/v1/segments:preview", condition)
        counted = await ground.caller.get(f"/v1/{name}:count")
        assert {len(users)} == {int(anew["member_count"]), int(counted["member_count"])}
        figures[f"members of {name}, as recomputed"] = len(users)
    figures["times somebody came in or left"] = await changes_are_right(ground, told, of)
    return figures


async def changes_are_right(ground: Ground, told: Facts, of: dict[str, str]) -> int:
    """What is listed was told, once, under numbers without gaps; and nobody came in who was in already."""
    entries = [(one, "ENTERED") for fact in told.of(events.SegmentEntered) for one in fact.entries]
    exits = [(one, "EXITED") for fact in told.of(events.SegmentExited) for one in fact.exits]
    changes = {number(one): (one, way) for one, way in [*entries, *exits]}
    assert len(changes) == len(entries) + len(exits), "no number stands for two changes"
    for shard in {shard for shard, _ in changes}:
        numbers = sorted(each for of_shard, each in changes if of_shard == shard)
        assert [*range(1, len(numbers) + 1)] == numbers
    listed = set()
    for name in ground.segments:
        path = f"/v1/{name}/membership_changes"
        for one in await ground.caller.everything(path, named="changes"):
            listed.add((name, one["shard"], int(one["sequence_number"]), one["profile"], one["direction"]))
    assert listed == {(one.segment, *number(one), one.profile, way) for one, way in changes.values()}
    ways: dict[tuple[str, str], list[str]] = defaultdict(list)
    for _, (one, way) in sorted(changes.items()):
        ways[one.segment, one.profile].append(way)
    for who, gone in ways.items():
        if who[1] in of.values():
            assert all(one != other for one, other in pairwise(["EXITED", *gone])), (who, gone)
    return len(changes)


def number(change: Any) -> tuple[int, int]:
    return change.shard, change.sequence_number
