"""What lies in a cart, however the news of it arrive."""

from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.carts import (
    EVERY,
    OPERATIONS_MAX,
    Kind,
    Operation,
    change,
    contents,
    dump,
    lines,
    load,
)


def done(time, kind, *skus, quantity=1):
    return Operation(time, f"e{time}", kind, [{"sku": sku, "quantity": quantity} for sku in skus])


def kept(*operations):
    found = []
    for operation in operations:
        found = change(found, operation)
    return found


def inside(*shelves):
    return {line["sku"]: line["quantity"] for line in lines(shelves)}


def test_products_are_added_and_removed():
    mug, two, one = (
        done(1, Kind.ADD, "mug"),
        done(2, Kind.ADD, "mug", quantity=2),
        done(3, Kind.REMOVE, "mug"),
    )
    assert {"mug": 2} == inside(kept(mug, two, one))
    assert {} == inside(kept(mug, done(2, Kind.REMOVE, "mug", quantity=9)))
    assert {"mug": 1} == inside(kept(mug, done(2, Kind.REMOVE, "spoon")))


def test_a_cart_seen_whole_replaces_what_was_thought_to_be_in_it():
    assert {"spoon": 1, "fork": 1} == inside(
        kept(done(1, Kind.ADD, "mug"), done(2, Kind.SET, "spoon"), done(3, Kind.ADD, "fork"))
    )


def test_news_from_before_the_cart_was_seen_whole_come_too_late():
    assert [done(5, Kind.SET, "mug")] == kept(done(5, Kind.SET, "mug"), done(3, Kind.ADD, "spoon"))


def test_a_purchase_empties_the_cart():
    assert {} == inside(kept(done(1, Kind.ADD, "mug"), done(2, Kind.CLEAR)))


def test_a_purchase_at_home_empties_what_was_put_in_on_the_tablet():
    tablet = {"c1": [done(1, Kind.ADD, "mug")], "c2": [done(4, Kind.ADD, "fork")]}
    home = {EVERY: [done(3, Kind.CLEAR)], "c1": [done(2, Kind.ADD, "spoon")]}
    found = contents([tablet, home])
    assert ["c1", "c2"] == list(found)
    assert ([], 3) == (found["c1"].lines, found["c1"].update_time_us)
    assert ["fork"] == [line["sku"] for line in found["c2"].lines]


def test_a_product_is_found_under_whatever_the_removal_calls_it():
    mug = {"product_id": "p1", "sku": "M", "variant": "red", "quantity": 1}
    added = [Operation(1, "a", Kind.ADD, [mug, mug | {"sku": "N", "variant": "blue"}])]
    gone = Operation(2, "b", Kind.REMOVE, [{"product_id": "p1", "variant": "blue", "quantity": 1}])
    assert [mug] == lines([kept(*added, gone)])
    assert {"M", "N"} == {line["sku"] for line in lines([added])}


def test_a_cart_that_is_never_seen_whole_stays_bounded_and_right():
    operations = []
    for time in range(OPERATIONS_MAX * 3):
        operations = change(operations, done(time, Kind.ADD, "mug"))
        assert len(operations) <= OPERATIONS_MAX
    assert {"mug": OPERATIONS_MAX * 3} == inside(operations)
    assert operations == change(operations, done(1, Kind.ADD, "mug"))


KINDS = st.sampled_from([Kind.ADD, Kind.ADD, Kind.REMOVE, Kind.SET, Kind.CLEAR])
LINE = st.fixed_dictionaries(
    {"sku": st.sampled_from("ms"), "quantity": st.integers(1, 3)},
    optional={"product_id": st.sampled_from("pq"), "variant": st.sampled_from("rb")},
)
DONE = st.lists(
    st.tuples(KINDS, st.integers(0, 4), st.lists(LINE, max_size=2), st.integers(0, 1)), max_size=8
)


@given(DONE, st.data())
def test_any_order_and_repetition_of_what_was_done_gives_the_same_cart(said, data):
    operations = [
        (anchor, Operation(time, f"e{at}", kind, [] if kind is Kind.CLEAR else held))
        for at, (kind, time, held, anchor) in enumerate(said)
    ]
    again = data.draw(st.lists(st.sampled_from(operations), max_size=3)) if operations else []
    shelves = [[], []]
    for anchor, operation in data.draw(st.permutations(operations + again)):
        shelves[anchor] = change(shelves[anchor], operation)
    for anchor, shelf in enumerate(shelves):
        assert shelf == load(dump(shelf)) == kept(*(one for at, one in operations if at == anchor))
    assert lines(shelves) == lines([[operation for _, operation in operations]])
    assert all(line["quantity"] > 0 for line in lines(shelves))
