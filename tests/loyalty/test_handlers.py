"""What orders, refunds and merges do to accounts, told over a real bus."""

from datetime import timedelta
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from rapport.conditions.v1 import conditions_pb2
from rapport.loyalty.v1 import events_pb2 as events
from rapport.loyalty.v1 import ledger_pb2 as ledger
from rapport.loyalty.v1 import loyalty_pb2 as pb
from rapport.loyalty.v1 import programme_pb2 as programmes
from rapport.profile.v1 import events_pb2 as profile_events
from rapport.profile.v1 import profile_pb2 as profiles

from tests.loyalty.house import PROGRAMME, line, stamp

DAY = timedelta(days=1)


@pytest.fixture
async def ada(shop):
    """A member of a programme that gives a point for each whole unit."""
    await shop.programme()
    await shop.rule()
    return await shop.enrol()


async def test_an_order_earns_once_however_often_it_is_told(shop, ada):
    order = await shop.buy(ada, "10.99")
    await shop.tell(profile_events.OrderPlaced(order=order))

    assert (10, 0, 0, 0) == await shop.holds(ada)
    [fact] = await shop.facts(events.PointsEarned)
    assert (10, order.name, f"{PROGRAMME}/earn_rules/orders", 1) == (
        fact.points,
        fact.source,
        fact.rule,
        fact.rule_version,
    )
    assert 10 == fact.balance.active_points
    await shop.books_agree()


async def test_who_is_not_enrolled_earns_nothing(shop, ada):
    await shop.buy(f"x/{uuid4()}", "10.00")
    assert [] == await shop.facts(events.PointsEarned)


async def test_an_order_of_an_import_earns_too_and_the_fact_says_so(shop, ada):
    await shop.buy(ada, "10.00", historical=True, order_time=stamp(shop.now, days=-400))

    [fact] = await shop.facts(events.PointsEarned)
    assert (True, 10) == (fact.historical, fact.points)
    assert (10, 0, 0, 0) == await shop.holds(ada, shop.now - 300 * DAY)


async def test_a_returned_item_takes_back_exactly_what_it_had_earned(shop, ada):
    order = await shop.buy(ada, "1.50", lines=[line("pen", "0.75", 2)])
    assert (1, 0, 0, 0) == await shop.holds(ada)

    await shop.refund(order, "0.75", [line("pen", "0.75")])

    assert (0, 0, 0, 0) == await shop.holds(ada)
    [fact] = await shop.facts(events.PointsClawedBack)
    assert (1, 1, 0, order.name) == (fact.points, fact.taken_points, fact.debt_points, fact.order)
    assert fact.refund_id


async def test_partial_refunds_add_up_to_the_whole_and_repeats_take_nothing(shop, ada):
    order = await shop.buy(ada, "9.99")
    once = await shop.refund(order, "3.33")
    assert (6, 0, 0, 0) == await shop.holds(ada)
    await shop.tell(profile_events.OrderRefunded(order=once, refund=once.refunds[0]))
    assert (6, 0, 0, 0) == await shop.holds(ada)
    twice = await shop.refund(once, "3.33")
    await shop.refund(twice, "3.33")

    assert (0, 0, 0, 0) == await shop.holds(ada)
    assert 9 == sum(fact.points for fact in await shop.facts(events.PointsClawedBack))
    await shop.books_agree()


async def test_refunds_told_in_the_wrong_order_come_to_the_same(shop, ada):
    order = shop.order(ada, "10.00")
    half = shop.returned(order, refund_of("5.00"))
    most = shop.returned(half, refund_of("4.00"))

    for seen in (most, half):
        await shop.tell(profile_events.OrderRefunded(order=seen, refund=seen.refunds[-1]))
    assert [] == await shop.facts(events.PointsEarned)
    await shop.tell(profile_events.OrderPlaced(order=order))

    assert (1, 0, 0, 0) == await shop.holds(ada)
    assert [10] == [fact.points for fact in await shop.facts(events.PointsEarned)]
    assert [9] == [fact.points for fact in await shop.facts(events.PointsClawedBack)]


async def test_a_cancelled_order_takes_everything_back(shop, ada):
    order = await shop.buy(ada, "10.00")
    await shop.cancel(order)
    assert (0, 0, 0, 0) == await shop.holds(ada)


async def test_points_of_a_refund_that_are_spent_are_let_go(shop, ada):
    order = await shop.buy(ada, "10.00")
    await shop.spend(ada, 7)
    await shop.refund(order, "10.00")

    assert (0, 0, 0, 0) == await shop.holds(ada)
    [fact] = await shop.facts(events.PointsClawedBack)
    assert (10, 3, 0) == (fact.points, fact.taken_points, fact.debt_points)
    await shop.books_agree()


async def test_or_they_are_owed_and_the_next_credit_repays_them_first(shop):
    await shop.programme(refund_policy=programmes.Programme.DEBT)
    await shop.rule()
    ada = await shop.enrol()
    order = await shop.buy(ada, "10.00")
    await shop.spend(ada, 7)
    await shop.refund(order, "10.00")
    assert (0, 0, 0, 7) == await shop.holds(ada)

    await shop.buy(ada, "5.00")
    assert (0, 0, 0, 2) == await shop.holds(ada)
    await shop.buy(ada, "5.00")
    assert (3, 0, 0, 0) == await shop.holds(ada)
    assert ledger.Entry.REPAY in [entry.kind for entry in await shop.entries(ada)]
    await shop.books_agree()


async def test_a_refund_claws_back_by_the_version_that_gave(shop, ada):
    order = await shop.buy(ada, "10.00")
    rule = programmes.EarnRule(
        name=f"{PROGRAMME}/earn_rules/orders", order=programmes.OrderEarning(points_per_unit="5")
    )
    assert 2 == (await shop.ask(pb.UpdateEarnRuleRequest(earn_rule=rule))).version
    await shop.refund(order, "5.00")
    assert (5, 0, 0, 0) == await shop.holds(ada)

    await shop.buy(ada, "1.00")
    assert (10, 0, 0, 0) == await shop.holds(ada)


async def test_waiting_points_are_taken_back_before_any_others(shop):
    await shop.programme()
    await shop.rule(pending=Duration(seconds=14 * 86_400))
    ada = await shop.member(100)
    order = await shop.buy(ada, "10.00")
    assert (100, 10, 0, 0) == await shop.holds(ada)

    await shop.refund(order, "4.00")
    assert (100, 6, 0, 0) == await shop.holds(ada)
    await shop.forward(days=14)

    assert (106, 0, 0, 0) == await shop.holds(ada)
    [fact] = await shop.facts(events.PointsAccepted)
    assert (6, order.name) == (fact.points, fact.source)
    # What came back after that is taken from what it gave.
    await shop.cancel(order)
    assert (100, 0, 0, 0) == await shop.holds(ada)
    await shop.books_agree()


async def test_points_spent_on_an_order_come_back_with_it_once(shop, ada):
    await shop.earn(ada, 100, expire_time=stamp(shop.now, days=2))
    order = shop.order(ada, "10.00")
    await shop.spend(ada, 60, order=order.name)
    await shop.tell(profile_events.OrderPlaced(order=order))
    assert (50, 0, 0, 0) == await shop.holds(ada)

    gone = await shop.refund(order, "10.00")
    assert (100, 0, 0, 0) == await shop.holds(ada)
    await shop.tell(profile_events.OrderUpdated(order=gone))
    await shop.cancel(gone)

    assert (100, 0, 0, 0) == await shop.holds(ada)
    [fact] = await shop.facts(events.PointsReturned)
    assert (60, order.name) == (fact.points, fact.order)
    # They last at least the programme's grace, though they would have expired.
    await shop.forward(days=3)
    assert (60, 0, 0, 0) == await shop.holds(ada)
    await shop.forward(days=28)
    assert (0, 0, 0, 0) == await shop.holds(ada)
    await shop.books_agree()


async def test_points_confirmed_for_an_order_that_is_gone_come_back_at_once(shop, ada):
    await shop.earn(ada, 100)
    order = await shop.buy(ada, "10.00")
    await shop.cancel(order)

    await shop.spend(ada, 60, order=order.name)

    assert (100, 0, 0, 0) == await shop.holds(ada)
    assert [60] == [fact.points for fact in await shop.facts(events.PointsReturned)]


async def test_of_rules_in_one_group_only_the_best_gives(shop):
    await shop.programme()
    await shop.rule("plain", group="value", rank=1)
    await shop.rule("double", group="value", rank=2, order=programmes.OrderEarning(points_per_unit="2"))
    await shop.rule("bonus", order=programmes.OrderEarning(points_per_unit="0", fixed_points=5))
    ada = await shop.enrol()

    await shop.buy(ada, "10.00")

    assert {"double": 20, "bonus": 5} == {
        fact.rule.rpartition("/")[2]: fact.points for fact in await shop.facts(events.PointsEarned)
    }


async def test_what_was_told_of_the_absorbed_profile_belongs_to_the_survivor(shop, ada):
    ghost = await shop.enrol()
    await shop.earn(ada, 40)
    await shop.earn(ghost, 60)
    held = await shop.reserve(ghost, 10)

    await shop.merge(ada, ghost)

    assert (90, 0, 10, 0) == await shop.holds(ada)
    assert ada == (await shop.account(ghost)).name
    assert (90, 0, 10, 0) == await shop.holds(ghost)
    # The reservation is found by its former name too, and late orders find the survivor.
    await shop.ask(pb.ConfirmReservationRequest(name=held.name))
    await shop.buy(ghost, "5.00")
    assert (95, 0, 0, 0) == await shop.holds(ada)
    await shop.merge(ada, ghost)
    assert (95, 0, 0, 0) == await shop.holds(ada)
    await shop.books_agree()


async def test_an_order_of_the_absorbed_profile_is_clawed_back_from_the_survivor(shop, ada):
    ghost = await shop.enrol()
    order = await shop.buy(ghost, "10.00")
    await shop.merge(ada, ghost)
    await shop.refund(order, "5.00")

    assert (5, 0, 0, 0) == await shop.holds(ada)
    await shop.books_agree()


async def test_a_guests_order_earns_when_she_turns_out_to_be_a_member(shop, ada):
    await shop.buy(f"guest/{(guest := uuid4())}", "10.00", order_time=stamp(shop.now, seconds=1))
    await shop.merge(ada, f"guest/{guest}")

    assert (10, 0, 0, 0) == await shop.holds(ada)


async def test_an_account_follows_a_profile_that_had_none(shop, ada):
    await shop.earn(ada, 40)
    await shop.merge(f"x/{(survivor := uuid4())}", ada)

    account = await shop.account(ada)
    assert (f"{PROGRAMME}/accounts/{survivor}", 40) == (account.name, account.balances[0].active_points)
    await shop.earn(ada, 2)
    assert (42, 0, 0, 0) == await shop.holds(account.name)


async def test_merges_told_in_the_wrong_order_end_with_one_account(shop, ada):
    second, third = await shop.enrol(), await shop.enrol()
    for account, points in ((ada, 1), (second, 10), (third, 100)):
        await shop.earn(account, points)

    await shop.merge(third, second)
    await shop.merge(second, ada)

    assert (111, 0, 0, 0) == await shop.holds(third)
    assert {third} == {(await shop.account(name)).name for name in (ada, second, third)}
    await shop.books_agree()


async def test_one_activity_earns_once_by_a_rule_for_events(shop):
    await shop.programme()
    events_filter = conditions_pb2.EventFilter(type="track", names=["Review Written"])
    await shop.rule("review", event=programmes.EventEarning(events=events_filter, points=20), daily_limit=50)
    ada = await shop.enrol()
    profile = f"profiles/{ada.rpartition('/')[2]}"

    def written(name="Review Written"):
        time_us = round(shop.now.timestamp() * 1_000_000)
        return profile_events.RecordedActivity(
            id=str(uuid4()), profile=profile, type="track", event=name, event_time_us=time_us
        )

    first = written()
    await shop.tell(profile_events.ActivityRecorded(activities=[first, written("Product Viewed")]))
    await shop.tell(profile_events.ActivityRecorded(activities=[first]))
    assert (20, 0, 0, 0) == await shop.holds(ada)

    await shop.tell(profile_events.ActivityRecorded(activities=[written(), written(), written()]))
    assert (50, 0, 0, 0) == await shop.holds(ada)
    await shop.forward(days=1)
    await shop.tell(profile_events.ActivityRecorded(activities=[written()]))
    assert (70, 0, 0, 0) == await shop.holds(ada)


async def test_money_and_zone_follow_the_workspace(shop):
    await shop.update_settings(time_zone="Pacific/Auckland", currency_code="NZD", region_code="NZ")
    [row] = await shop.rows("SELECT * FROM workspace_setting WHERE workspace = $1", shop.workspace)
    assert ("Pacific/Auckland", "NZD") == (row["time_zone"], row["currency_code"])


def refund_of(total):
    from tests.loyalty.house import NUMBERS, money

    return profiles.Refund(refund_id=f"refund-{next(NUMBERS)}", amount=money(total))
