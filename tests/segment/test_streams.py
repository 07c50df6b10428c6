"""Live, built afterwards, tried out and by the obvious meaning: one answer, whatever came in whichever order.

Random streams with duplicates, disorder, late and future events, merges and partings, orders that change,
and definitions that change while all this goes on, in slices of two profiles.
"""

import json
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

import pytest
from rapport.profile.v1 import events_pb2 as told
from rapport.profile.v1 import profile_pb2
from rapport.segment.v1 import events_pb2 as events

from chassis.workspaces import UNTOLD
from conditions.events import Event
from conditions.reading import parse
from services.segment.engine.ask import DRAFT, Asking, draft
from tests.conditions import oracle
from tests.segment.world import (
    activity,
    at,
    condition,
    created,
    did,
    has,
    merged,
    moved,
    order,
    recorded,
    times,
    updated,
    world,
)

HOUR = 3600
SPENT = {"function": "SUM", "path": "properties.value"}
COATS = {
    "where": [{"all": [{"path": "properties.category", "compare": {"operator": "EQ", "value": "coat"}}]}]
}
POOL = [
    did(),
    did(compare=times("GTE", 3)),
    did(window={"last": "7200s"}, compare=times("GTE", 2)),
    {"not": did("Order Completed", window={"last": "3600s"})},
    did("Order Completed", window={"last": "7200s"}, compare=times("LT", 1), known_for_at_least="3600s"),
    did(events=COATS, window={"last": "3600s", "ending_ago": "1800s"}),
    has("traits.city", "EQ", "Berlin"),
    has("traits.city", "EQ", "Berlin", has_been="3600s"),
    has("traits.size", "GT", 3, negated=True, has_been="1800s"),
    has("computed.order_count", "GTE", 2),
    {"event": {"events": {"type": "order"}, "aggregate": SPENT, "compare": times("GTE", 50)}},
    {"event": {"events": {"type": "order"}, "compare": times("GTE", 2), "window": {"last": "7200s"}}},
    did(aggregate={"function": "MAX", "path": "properties.price"}, compare=times("GT", 5)),
    did(window={"calendar": {"period": "DAY"}}, compare=times("GTE", 2)),
    {
        "sequence": {
            "steps": [
                {"events": {"names": ["Product Viewed"]}},
                {
                    "events": {"names": ["Order Completed"]},
                    "within": "3600s",
                    "without": {"names": ["Product Removed"]},
                },
            ]
        }
    },
    {"all": {"of": [did(window={"last": "3600s"}), {"not": has("traits.city", "EQ", "Rome")}]}},
    {"any": {"of": [{"not": did("Product Removed")}, {"segment": {"segment": "segments/first"}}]}},
]


@dataclass
class Shop:
    """What really happened, as the tests know it, and what is told of it."""

    random: Random
    now: float = 0
    # Whose each anchor is, and who was met.
    owners: dict = field(default_factory=dict)
    people: set = field(default_factory=set)
    activities: list = field(default_factory=list)
    orders: dict = field(default_factory=dict)
    counted: dict = field(default_factory=dict)
    number: int = 0

    def happen(self):
        """Some facts, of one transaction of the profile service."""
        choice = self.random.random()
        if choice < 0.62 or not self.owners:
            return self.act()
        if choice < 0.74:
            return self.buy()
        if choice < 0.80:
            return self.compute()
        if choice < 0.88:
            return self.meet()
        if choice < 0.95:
            return self.merge()
        return self.part()

    def meet(self):
        key = len(self.people) + 1
        self.people.add(key)
        self.owners[1000 + key] = key
        return [created(key, self.now)]

    def act(self):
        if not self.owners:
            return self.meet()
        anchor, key = self.random.choice(sorted(self.owners.items()))
        self.number += 1
        if self.random.random() < 0.3:
            said = self.random.choice(
                ({"city": "Berlin"}, {"city": "Rome"}, {"city": None}, {"size": self.random.randint(1, 6)})
            )
            fact = activity(
                self.number, key, "", self.time(), type="identify", anchor=anchor, received=self.now, **said
            )
        else:
            event = self.random.choice(
                ("Product Viewed", "Product Viewed", "Order Completed", "Product Removed")
            )
            about = {"category": self.random.choice(("coat", "hat")), "price": self.random.randint(1, 9)}
            fact = activity(self.number, key, event, self.time(), anchor=anchor, received=self.now, **about)
        self.activities.append(fact)
        return [recorded(*([fact, fact] if self.random.random() < 0.1 else [fact]))]

    def time(self):
        """In order, a little late, very late, or dated ahead; never the same twice."""
        shift = self.random.choice((0, 0, 0, -20, -1500, -5 * HOUR, 200))
        return self.now + shift + self.number / 1000

    def buy(self):
        """An order is placed, or one that was changes; its activity comes with it."""
        if self.orders and self.random.random() < 0.5:
            id = self.random.choice(sorted(self.orders))
            first = self.orders[id][-1]
            key = self.owners[self.anchor_of(id)]
            state = self.random.choice((profile_pb2.PARTIALLY_REFUNDED, profile_pb2.CANCELLED))
            fact = order(
                told.OrderUpdated,
                id,
                key,
                (first.order.order_time.ToMicroseconds() - at(0)) / 1e6,
                first.order.revision + 1,
                total=30,
                refunded=10,
                state=state,
                updated=self.now,
            )
            fact.cause = first.cause
            self.orders[id].append(fact)
            return [fact]
        [about] = [one for one in self.act() if isinstance(one, told.ActivityRecorded)] or [None]
        if about is None:
            return []
        done = about.activities[0]
        id = str(len(self.orders) + 1)
        fact = order(told.OrderPlaced, id, done.profile_key, (done.event_time_us - at(0)) / 1e6, 1, total=30)
        fact.cause = done.id
        self.orders[id] = [fact]
        return [about, fact]

    def anchor_of(self, id):
        cause = self.orders[id][0].cause
        return next(one.anchor for one in self.activities if one.id == cause)

    def compute(self):
        return self.tell_computed(self.random.choice(sorted(set(self.owners.values()))))

    def tell_computed(self, key):
        revision = len(self.counted) + 2
        count = self.random.randint(0, 3)
        self.counted[revision] = (key, self.now + revision / 1000, count)
        return [(updated(key, revision, order_count=count), self.now + revision / 1000)]

    def merge(self):
        living = sorted(set(self.owners.values()))
        if len(living) < 2:
            return self.act()
        survivor, absorbed = self.random.sample(living, 2)
        self.owners = {anchor: survivor if key == absorbed else key for anchor, key in self.owners.items()}
        return [merged(survivor, absorbed), *self.tell_computed(survivor)]

    def part(self):
        """An identifier turns out to be another's: of one who was absorbed, or of somebody we had not met."""
        sources = [key for key in set(self.owners.values()) if list(self.owners.values()).count(key) > 1]
        if not sources:
            return self.act()
        source = self.random.choice(sorted(sources))
        anchor = self.random.choice(sorted(each for each, key in self.owners.items() if key == source))
        destination = anchor - 1000 if anchor - 1000 != source else max(self.people) + 1
        if destination in self.owners.values():
            return self.act()
        self.people.add(destination)
        self.owners[anchor] = destination
        told_anew = [fact for key in (source, destination) for fact in self.tell_computed(key)]
        return [created(destination, self.now), moved(source, destination, anchor), *told_anew]

    def living(self):
        return set(self.owners.values())

    def truth(self, key, segments):
        """One customer, as the obvious meaning wants to know her."""
        mine = [one for one in self.activities if self.owners[one.anchor] == key]
        events = [
            Event(
                UUID(one.id).hex,
                one.event_time_us,
                one.type,
                one.event,
                {"properties": json.loads(one.properties)},
            )
            for one in mine
        ]
        said = [
            (one.event_time_us, f"traits.{trait}", value)
            for one in mine
            if one.type == "identify"
            for trait, value in json.loads(one.properties).items()
        ]
        return oracle.World(events + self.bought(key), said + self.computed(key), segments=segments)

    def bought(self, key):
        return [
            Event(
                fact.order.name,
                fact.order.order_time.ToMicroseconds(),
                "order",
                "",
                {"properties": {"value": fact.order.total.units - fact.order.refunded.units}},
                fact.order.update_time.ToMicroseconds(),
                fact.order.revision,
                fact.order.state == profile_pb2.CANCELLED,
            )
            for id, facts in self.orders.items()
            if self.owners[self.anchor_of(id)] == key
            for fact in facts
        ]

    def computed(self, key):
        return [
            (at(time), "computed.order_count", count)
            for whose, time, count in self.counted.values()
            if whose == key
        ]


@pytest.fixture
async def engine(database):
    async with world((await database("segment")).url) as opened:
        yield opened


@pytest.mark.parametrize("seed", range(10))
async def test_all_ways_lead_to_the_same_members(engine, seed):
    random = Random(seed)
    shop, rules = Shop(random), {}
    slugs = ("first", "second", "third", "fourth", "fifth", "sixth")
    for turn in range(45):
        if turn % 5 == 0:
            slug = slugs[0] if not rules else random.choice(slugs)
            rules[slug] = random.choice(POOL[:-1] if slug == "first" else POOL)
            await engine.publish(slug, rules[slug], build_it=random.random() < 0.3)
        await tell(engine, shop, random)
        if random.random() < 0.6:
            await engine.build(slice=2)
        if random.random() < 0.3:
            await pass_time(engine, shop, random.choice((30, 900, 2 * HOUR)))
        if random.random() < 0.1:
            engine.engine.forget()
    while await engine.build(slice=2):
        pass
    for later in (301, 1800, 3700):
        await pass_time(engine, shop, later)
        await agree(engine, shop, rules)


async def tell(engine, shop, random):
    """Some of what happened, in one batch; a part of it once more, as after a crash."""
    letters = []
    for _ in range(random.randint(1, 6)):
        shop.now += random.choice((0, 1, 60))
        letters += [engine.letter(*fact_and_time(fact, shop.now)) for fact in shop.happen()]
    engine.now = engine.now.fromtimestamp(at(shop.now) / 1e6, tz=engine.now.tzinfo)
    if random.random() < 0.4:
        middle = random.randint(0, len(letters))
        await engine.take_letters(letters[:middle])
        await engine.take_letters(letters[middle:] + [one for one in letters if "Activity" in one.subject])
    else:
        await engine.take_letters(letters)


def fact_and_time(fact, now):
    fact, time = fact if isinstance(fact, tuple) else (fact, now)
    return fact, time, "shop"


async def pass_time(engine, shop, seconds):
    shop.now += seconds
    await engine.until(shop.now)


async def agree(engine, shop, rules):
    """Members, a preview of the same condition and the obvious meaning, of everybody who lives."""
    t = at(shop.now)
    obvious = {slug: set() for slug in rules}
    for key in shop.living():
        segments = {}
        for slug in sorted(rules, key=lambda slug: slug != "first"):
            holds = oracle.holds(parse(rules[slug]), shop.truth(key, segments), t)
            segments[f"segments/{slug}"] = holds
            obvious[slug] |= {key} if holds else set()
    found = {slug: await engine.members(slug) for slug in rules}
    assert obvious == found, [(rules[s], obvious[s] ^ found[s]) for s in rules if obvious[s] != found[s]]
    assert found == await told_members(engine, rules)
    assert obvious == {slug: await previewed(engine, rule, t) for slug, rule in rules.items()}


async def told_members(engine, rules):
    """Who is in by what was told, in the order of its numbers, which have no gap."""
    told_changes = sorted((*engine.entries(), *engine.exits()), key=lambda one: one.sequence_number)
    assert list(range(1, len(told_changes) + 1)) == [one.sequence_number for one in told_changes]
    members = {f"segments/{slug}": set() for slug in rules}
    for one in told_changes:
        among = members[one.segment]
        assert (one.profile_key in among) == isinstance(one, events.ExitedSegment)
        among.symmetric_difference_update({one.profile_key})
    return {slug: members[f"segments/{slug}"] for slug in rules}


async def previewed(engine, rule, t):
    async with engine.within("shop"):
        asking = await Asking.begin(engine.connection, "shop", UNTOLD, t)
        wanted = draft(condition(rule).SerializeToString(deterministic=True))
        then = await asking.then(t, wanted)
        return {profile.key async for profile, holds in asking.holding(then, DRAFT) if holds}
