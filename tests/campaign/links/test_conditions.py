"""What a condition within a campaign may ask, and what has to become a segment first."""

import pytest
from rapport.conditions.v1 import conditions_pb2

from chassis.errors import Invalid
from conditions.forms import from_json
from services.campaign.rpc import common

LOYAL = {"trait": {"path": "traits.tier", "compare": {"operator": "EQ", "value": "gold"}}}
BOUGHT = {"event": {"events": {"names": ["Order Completed"]}}}


async def kept(shop, document, **how) -> bytes:
    message = from_json(document, conditions_pb2.Condition())
    async with shop.world.db.begin(shop.workspace) as tx:
        return await common.sensible(tx, message, field="broadcast.audience", **how)


async def problems(shop, document, **how) -> dict[str, str]:
    with pytest.raises(Invalid) as no:
        await kept(shop, document, **how)
    assert "CONDITION_INVALID" == no.value.reason
    return {each.field: each.description for each in no.value.violations}


async def test_what_is_known_of_her_may_be_asked(shop):
    found = conditions_pb2.Condition.FromString(await kept(shop, {"all": {"of": [LOYAL, {"not": LOYAL}]}}))
    assert 2 == len(found.all.of)


async def test_what_she_did_belongs_into_a_segment(shop):
    found = await problems(shop, {"any": {"of": [LOYAL, {"not": {"all": {"of": [BOUGHT]}}}]}})
    sentence = "asks what she did; put it into a segment and name that segment here"
    assert {"broadcast.audience.any.of[1].not.all.of[0].event": sentence} == found


@pytest.mark.parametrize(
    ("leaf", "field"),
    [
        ({"sequence": {}}, "sequence"),
        ({"regularly": {}}, "regularly"),
        ({"list": {"list": "lists/vips"}}, "list"),
        ({"trait": LOYAL["trait"] | {"has_been": "86400s"}}, "trait.has_been"),
    ],
)
async def test_so_does_whatever_campaigns_do_not_keep(shop, leaf, field):
    assert [f"broadcast.audience.{field}"] == [*await problems(shop, leaf)]


async def test_only_what_is_there_can_be_named(shop):
    assert ["broadcast.audience.segment.segment"] == [
        *await problems(shop, {"segment": {"segment": "segments/gone"}})
    ]
    await shop.put("segment_known", segment="segments/vips", live=True)
    assert await kept(shop, {"segment": {"segment": "segments/vips"}})


async def test_a_journey_may_ask_for_what_began_it_and_a_broadcast_may_not(shop):
    asked = {"trait": LOYAL["trait"] | {"path": "trigger.total"}}
    assert ["broadcast.audience.trait.path"] == [*await problems(shop, asked)]
    assert await kept(shop, asked, roots=["trigger", "entry"])
