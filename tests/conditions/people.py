"""Customers made up at random, so small in their vocabulary that everything meets everything."""

from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from conditions import grammar as g
from conditions.events import Event
from conditions.facts import Person, Verdict
from conditions.leaves import drawn
from tests.conditions.oracle import World

HOUR = 3_600_000_000
DAY = 24 * HOUR
# 2026-03-28 00:00 UTC: the night after it, clocks change in Europe.
BASE = 1_774_656_000_000_000
NOW = BASE + 2 * DAY
ZONES = tuple(map(ZoneInfo, ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Africa/Cairo")))
PROFILE = "profiles/018f"

times = st.builds(
    lambda hours, off: BASE + hours * HOUR + off, st.integers(-60, 90), st.sampled_from((0, 0, 0, -1, 1))
)
# Instants to ask for: now and later.
instants = st.builds(
    lambda hours, off: NOW + max(0, hours * HOUR + off), st.integers(0, 120), st.sampled_from((0, 0, -1, 1))
)
lengths = st.sampled_from((1, HOUR, 2 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY))
scalars = st.sampled_from(
    ("", "10", "10.0", "a", "ab", "A", "007", 10, 7, 0.1, "0.10", -3, 2.5, True, None, "2026-03-29")
)
names = st.sampled_from(("view", "view sale", "buy", "cart"))
products = st.lists(
    st.fixed_dictionaries(
        {"category": st.sampled_from(("coat", "hat")), "price": st.sampled_from((5, 50, "50"))}
    ),
    max_size=3,
)


@st.composite
def bodies(draw):
    properties = {}
    if draw(st.booleans()):
        properties["price"] = draw(st.sampled_from((1, 2, 0.1, 0.2, "10", "x", "", None, 7.25)))
    if draw(st.booleans()):
        properties["products"] = draw(products)
    if draw(st.booleans()):
        properties["size"] = draw(scalars)
    return {"properties": properties}


@st.composite
def event_lists(draw):
    """Events, each with an id of its own; orders in several versions."""
    made = draw(
        st.lists(st.tuples(times, st.sampled_from(("track", "track", "page")), names, bodies()), max_size=10)
    )
    events = [Event(f"e{index}", *each) for index, each in enumerate(made)]
    for order in range(draw(st.integers(0, 2))):
        placed = draw(times)
        since = placed
        for revision in range(draw(st.integers(1, 3))):
            body = {"properties": {"price": draw(st.sampled_from((1, 2, 10)))}}
            gone = revision > 0 and draw(st.booleans())
            events.append(Event(f"o{order}", placed, "order", "", body, since, revision, gone))
            since += draw(st.sampled_from((0, HOUR, DAY)))
    return events


said = st.lists(
    st.tuples(
        times,
        st.sampled_from(("traits.a", "traits.b")),
        st.one_of(scalars, st.fixed_dictionaries({"c": scalars}), st.lists(scalars, max_size=2)),
    ),
    max_size=6,
    unique_by=lambda each: each[:2],
)


@st.composite
def worlds(draw):
    return World(
        events=draw(event_lists()),
        said=draw(said),
        zone=draw(st.sampled_from(ZONES)),
        own_zone=draw(st.sampled_from((None, *ZONES))),
        lists=set(draw(st.sets(st.sampled_from(("lists/vip", "lists/press"))))),
        segments={"segments/one": draw(st.booleans())},
        drawn={salt: drawn(PROFILE, salt) for salt in ("x", "y")},
    )


def person(world: World, compiled, draw, now: int = NOW) -> Person:
    """The same customer as the product sees her: events in any order, twice, and in two halves that merge."""
    told = draw(st.permutations([*world.events, *world.events[: draw(st.integers(0, 3))]]))
    cut = draw(st.integers(0, len(told)))
    states = {}
    for measure in compiled.measures:
        one = measure.of(told[:cut], now, world.zone)
        other = measure.of(told[cut:], now, world.zone)
        states[measure.key] = measure.merge(one, other, now)
    return facts(world, states)


def facts(world: World, states) -> Person:
    registers = {
        name: [
            (at, value) for at, path, value in sorted(world.said, key=lambda each: each[0]) if path == name
        ]
        for name in ("traits.a", "traits.b")
    }
    return Person(
        profile=PROFILE,
        known_since=world.known_since(),
        zone=world.zone,
        own_zone=world.own_zone,
        registers=registers,
        states=states,
        lists=frozenset(world.lists),
        segments={name: Verdict(holds, None) for name, holds in world.segments.items()},
    )


# Conditions


def comparisons(*operators: str, values=scalars):
    wanted = values.filter(lambda value: value not in (None, ""))
    return st.builds(
        lambda operator, value, negated: g.Comparison(g.Operator(operator), value, negated=negated),
        st.sampled_from(operators),
        wanted,
        st.booleans(),
    )


plain = st.one_of(
    comparisons("EQ", "NE", "CONTAINS", "STARTS_WITH", "ENDS_WITH"),
    comparisons("GT", "GTE", "LT", "LTE", values=st.sampled_from((7, 10, "2.5", 0.1))),
    comparisons(
        "IN",
        "HAS_ALL",
        values=st.lists(scalars.filter(lambda v: v not in (None, "")), min_size=1, max_size=2),
    ),
    st.builds(lambda negated: g.Comparison(g.Operator.EXISTS, negated=negated), st.booleans()),
)
days = st.sampled_from(
    ("2026-03-29", "2026-03-30", "2024-02-29", "2026-03-29T10:00:00", "2026-03-29T10:00:00Z")
)
zoned = st.booleans()


@st.composite
def dates(draw, *, moving=True):
    operators = ["BEFORE", "AFTER", "ON", *(["WITHIN_LAST", "WITHIN_NEXT", "TODAY"] if moving else [])]
    operator = draw(st.sampled_from(operators))
    negated, yearly, own = draw(st.booleans()), draw(st.booleans()), draw(zoned)
    if operator == "TODAY":
        return g.Comparison(g.Operator.ON, None, None, negated, yearly, own)
    if operator.startswith("WITHIN"):
        return g.Comparison(g.Operator(operator), None, draw(lengths), negated, yearly, own)
    day = draw(days if operator != "ON" else days.filter(lambda text: "T" not in text))
    return g.Comparison(g.Operator(operator), day, None, negated, yearly, own)


def in_workspace_zone(compare):
    return g.Comparison(compare.operator, compare.value, compare.duration, compare.negated, compare.yearly)


@st.composite
def traits(draw):
    path = draw(st.sampled_from(("traits.a", "traits.b", "traits.a.c")))
    lasting = draw(st.one_of(st.none(), lengths))
    compare = draw(st.one_of(plain, dates(moving=lasting is None)))
    return g.Has(path, compare, lasting)


def property_comparisons(path):
    return st.builds(g.PropertyComparison, st.just(path), st.one_of(plain, dates().map(in_workspace_zone)))


groups = st.one_of(
    st.builds(lambda one: g.PropertyFilter("", (one,)), property_comparisons("properties.price")),
    st.builds(lambda one: g.PropertyFilter("", (one,)), property_comparisons("properties.size")),
    st.builds(
        lambda category, price: g.PropertyFilter(
            "properties.products",
            (
                g.PropertyComparison("category", g.Comparison(g.Operator.EQ, category)),
                g.PropertyComparison("price", g.Comparison(g.Operator.GT, price)),
            ),
        ),
        st.sampled_from(("coat", "hat")),
        st.sampled_from((4, 20)),
    ),
)
filters = st.builds(
    g.EventFilter,
    st.sampled_from(("", "", "track", "page")),
    st.lists(names, max_size=2, unique=True).map(tuple),
    st.sampled_from(("", "", "view")),
    st.one_of(st.just(()), st.lists(groups, max_size=1).map(tuple)),
)
simple_filters = st.builds(
    g.EventFilter, st.just(""), st.lists(names, min_size=1, max_size=2, unique=True).map(tuple)
)
any_filters = st.one_of(filters, filters, st.just(g.EventFilter("order")))
periods = st.sampled_from(tuple(period for period in g.Period if period))
windows = st.one_of(
    st.none(),
    st.builds(g.Window, st.builds(g.Last, lengths), st.one_of(st.none(), lengths)),
    st.builds(
        lambda start, length: g.Window(g.Between(start, None if start is None else start + length)),
        st.one_of(st.none(), times),
        lengths,
    ),
    st.builds(g.Window, st.builds(g.Calendar, periods, st.integers(1, 3), st.integers(0, 2), zoned)),
)
amounts = st.sampled_from((0, 1, 2, 3, 0.3, 7.25, 10, 1.5))


@st.composite
def aggregates(draw):
    """An aggregate and a comparison that fits it."""
    kind = draw(
        st.sampled_from(
            ("COUNT", "COUNT", "COUNT", "SUM", "MIN", "MAX", "AVG", "DISTINCT", "FIRST", "LAST", "TIME")
        )
    )
    numeric = comparisons("EQ", "NE", "GT", "GTE", "LT", "LTE", values=amounts)
    if kind == "TIME":
        function = g.Function(draw(st.sampled_from(("FIRST", "LAST", "MIN", "MAX"))))
        return g.Aggregate(function, "event_time"), draw(dates())
    if kind == "COUNT":
        return g.Aggregate(), draw(st.one_of(st.none(), numeric))
    compare = draw(st.one_of(plain, dates()) if kind in ("FIRST", "LAST") else numeric)
    path = draw(st.sampled_from(("properties.price", "properties.size")))
    return g.Aggregate(g.Function(kind), path), compare


@st.composite
def dids(draw):
    aggregate, compare = draw(aggregates())
    return g.Did(
        draw(any_filters), aggregate, compare, draw(windows), draw(st.one_of(st.none(), st.none(), lengths))
    )


@st.composite
def sequences(draw):
    first = g.Step(draw(simple_filters))
    others = [
        g.Step(
            draw(simple_filters),
            draw(st.one_of(st.none(), lengths)),
            draw(st.one_of(st.none(), simple_filters)),
        )
        for _ in range(draw(st.integers(1, 2)))
    ]
    return g.Followed((first, *others), draw(windows))


@st.composite
def regularities(draw):
    of_last = draw(st.integers(1, 5))
    return g.Regularly(
        draw(any_filters),
        draw(st.integers(1, of_last)),
        of_last,
        draw(periods),
        draw(st.integers(1, 2)),
        draw(zoned),
    )


about_events = st.one_of(dids(), dids(), sequences(), regularities())
leaves = st.one_of(
    about_events,
    traits(),
    st.sampled_from(
        (g.Listed("lists/vip"), g.Belongs("segments/one"), g.Sampled(5000, "x"), g.Sampled(2000, "y"))
    ),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda of: g.All(tuple(of))),
        st.lists(inner, min_size=1, max_size=3).map(lambda of: g.Any(tuple(of))),
        inner.map(g.Not),
    ),
    max_leaves=4,
)
