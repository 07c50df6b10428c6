"""What the loyalty service answers, over real gRPC."""

import asyncio
from datetime import UTC, timedelta
from uuid import uuid4

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.conditions.v1 import conditions_pb2
from rapport.loyalty.v1 import events_pb2 as events
from rapport.loyalty.v1 import ledger_pb2 as ledger
from rapport.loyalty.v1 import loyalty_pb2 as pb
from rapport.loyalty.v1 import programme_pb2 as programmes

from tests.loyalty.house import PROGRAMME, Refused, held, money, stamp

DAY = timedelta(days=1)


@pytest.fixture
async def ada(shop):
    await shop.programme()
    return await shop.enrol()


# Definitions.


async def test_a_programme_counts_in_points_where_nothing_else_is_said(shop):
    made = await shop.programme(display_name="Club")
    assert (["points"], programmes.Programme.ACTIVE, 1) == (
        [each.code for each in made.currencies],
        made.state,
        made.version,
    )
    assert made == await shop.ask(pb.GetProgrammeRequest(name=PROGRAMME))
    assert (
        "NAME_TAKEN"
        == (
            await shop.refusal(pb.CreateProgrammeRequest(programme=programmes.Programme(name=PROGRAMME)))
        ).reason
    )


@pytest.mark.parametrize(
    ("terms", "where"),
    [
        ({"time_zone": "Mars/Olympus"}, "programme.time_zone"),
        ({"expiry": programmes.Expiry(date="2026-02-30")}, "programme.expiry.date"),
        (
            {"expiry": programmes.Expiry(inactivity=programmes.Expiry.Inactivity(days=30))},
            "programme.expiry.inactivity",
        ),
        (
            {"tier_metric": programmes.TierMetric(kind="SPEND", window="ROLLING_MONTHS")},
            "programme.tier_metric.months",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_terms_that_make_no_sense_are_refused_where_they_stand(shop, terms, where):
    said = programmes.Programme(name=PROGRAMME, **terms)
    refusal = await shop.refusal(pb.CreateProgrammeRequest(programme=said))
    assert ("PROGRAMME_INVALID", [where]) == (refusal.reason, refusal.fields)


async def test_a_programme_changes_by_mask_in_versions_and_loses_no_update(shop, ada):
    made = await shop.ask(pb.GetProgrammeRequest(name=PROGRAMME))
    said = programmes.Programme(
        name=PROGRAMME, display_name="Club", time_zone="Europe/Berlin", etag=made.etag
    )
    request = pb.UpdateProgrammeRequest(programme=said, update_mask=FieldMask(paths=["display_name"]))
    updated = await shop.ask(request)

    assert ("Club", "", 2) == (updated.display_name, updated.time_zone, updated.version)
    assert "RESOURCE_CHANGED" == (await shop.refusal(request)).reason
    request.update_mask.paths[:] = ["currencies"]
    assert "FIELD_NOT_WRITABLE" == (await shop.refusal(request)).reason


async def test_in_a_closed_programme_points_are_spent_and_no_longer_earned(shop, ada):
    await shop.rule()
    await shop.earn(ada, 10)
    closed = await shop.ask(pb.CloseProgrammeRequest(name=PROGRAMME))
    assert programmes.Programme.CLOSED == closed.state

    await shop.buy(ada, "100.00")
    request = pb.EarnPointsRequest(name=ada, points=1, reference="late")
    assert "PROGRAMME_CLOSED" == (await shop.refusal(request)).reason
    await shop.spend(ada, 4)
    assert (6, 0, 0, 0) == await shop.holds(ada)


async def test_a_rule_has_versions_and_those_stay_readable(shop, ada):
    first = await shop.rule(display_name="One for one")
    said = programmes.EarnRule(name=first.name, order=programmes.OrderEarning(points_per_unit="2"))
    second = await shop.ask(pb.UpdateEarnRuleRequest(earn_rule=said))
    assert (2, "One for one", "2") == (second.version, second.display_name, second.order.points_per_unit)

    await shop.ask(pb.DeleteEarnRuleRequest(name=first.name))
    assert "EARN_RULE_NOT_FOUND" == (await shop.refusal(pb.GetEarnRuleRequest(name=first.name))).reason
    old = await shop.ask(pb.GetEarnRuleRequest(name=first.name, version=1))
    assert "1" == old.order.points_per_unit
    assert [] == list((await shop.ask(pb.ListEarnRulesRequest(parent=PROGRAMME))).earn_rules)
    await shop.buy(ada, "10.00")
    assert (0, 0, 0, 0) == await shop.holds(ada)


async def test_a_rule_that_asks_for_what_is_not_known_here_is_refused(shop, ada):
    condition = conditions_pb2.Condition(segment=conditions_pb2.SegmentCondition(segment="segments/vips"))
    rule = programmes.EarnRule(
        name=f"{PROGRAMME}/earn_rules/vips",
        order=programmes.OrderEarning(
            points_per_unit="1",
            factors=[programmes.OrderEarning.TierFactor(tier=f"{PROGRAMME}/tiers/none", factor="2")],
        ),
        condition=condition,
    )
    refusal = await shop.refusal(pb.CreateEarnRuleRequest(parent=PROGRAMME, earn_rule=rule))
    assert "EARN_RULE_INVALID" == refusal.reason
    assert {
        "earn_rule.condition.segment.segment",
        "earn_rule.order.factors[0].tier",
    } == set(refusal.fields)


async def test_a_rule_can_be_for_holders_of_a_tier(shop):
    await shop.programme(tier_metric=programmes.TierMetric(kind="POINTS_EARNED", window="LIFETIME"))
    await shop.tier("gold", 100)
    gold = conditions_pb2.Condition(
        trait=conditions_pb2.TraitCondition(
            path="loyalty.tier",
            compare=conditions_pb2.Comparison(operator="EQ", value=f'"{PROGRAMME}/tiers/gold"'.encode()),
        )
    )
    await shop.rule(condition=gold)
    ada = await shop.enrol()
    await shop.buy(ada, "10.00")
    assert (0, 0, 0, 0) == await shop.holds(ada)
    await shop.earn(ada, 100)
    await shop.buy(ada, "10.00")
    assert (110, 0, 0, 0) == await shop.holds(ada)


async def test_a_preview_says_what_an_order_would_earn_and_changes_nothing(shop, ada):
    await shop.rule(pending=Duration(seconds=3_600), expiry=programmes.Expiry(days=10))
    await shop.rule("extra", order=programmes.OrderEarning(points_per_unit="0.5"))
    line = programmes.BasisLine(product_id="shirt", amount=money("19.99"))
    profile = f"profiles/{ada.rpartition('/')[2]}"

    said = await shop.ask(pb.PreviewEarningRequest(name=PROGRAMME, profile=profile, lines=[line]))

    assert {"extra": 9, "orders": 19} == {each.rule.rpartition("/")[2]: each.points for each in said.earnings}
    assert (9, 19) == (said.totals[0].active_points, said.totals[0].pending_points)
    assert shop.now + 10 * DAY == said.earnings[1].expire_time.ToDatetime(tzinfo=UTC)
    assert (0, 0, 0, 0) == await shop.holds(ada)


# Accounts and the past.


async def test_who_is_enrolled_already_gets_her_account_back(shop, ada):
    id = ada.rpartition("/")[2]
    assert ada == await shop.enrol(id)
    [fact] = await shop.facts(events.MemberEnrolled)
    assert (ada, f"profiles/{id}") == (fact.account, fact.profile)


async def test_nobody_else_has_an_account(shop, ada):
    request = pb.GetAccountRequest(name=f"{PROGRAMME}/accounts/{uuid4()}")
    assert "ACCOUNT_NOT_FOUND" == (await shop.refusal(request)).reason
    request = pb.GetAccountRequest(name=f"programmes/none/accounts/{uuid4()}")
    assert "PROGRAMME_NOT_FOUND" == (await shop.refusal(request)).reason
    request = pb.CreateAccountRequest(parent=PROGRAMME, account=ledger.Account(profile="profiles/ada"))
    assert "PROFILE_NOT_FOUND" == (await shop.refusal(request)).reason


async def test_accounts_are_listed_the_last_enrolled_first(shop, ada):
    names = [ada]
    for _ in range(4):
        await shop.forward(seconds=1)
        names.append(await shop.enrol())

    pages = await shop.pages(pb.ListAccountsRequest(parent=PROGRAMME, page_size=2), "accounts")
    assert names[::-1] == [account.name for page in pages for account in page]
    assert [2, 2, 1] == [len(page) for page in pages]
    parent = f"profiles/{ada.rpartition('/')[2]}"
    [mine] = (await shop.ask(pb.ListProfileAccountsRequest(parent=parent))).accounts
    assert ada == mine.name


async def test_balances_are_told_as_of_any_instant(shop, ada):
    start = shop.now
    await shop.earn(ada, 100, expire_time=stamp(start, days=10))
    await shop.forward(days=1)
    await shop.earn(ada, 50, available_time=stamp(shop.now, days=2))
    await shop.forward(days=1)
    await shop.spend(ada, 30)
    await shop.forward(days=20)

    told = {day: await shop.holds(ada, start + day * DAY) for day in (0, 1, 2, 3, 9, 10)}
    assert {
        0: (100, 0, 0, 0),
        1: (100, 50, 0, 0),
        2: (70, 50, 0, 0),
        3: (120, 0, 0, 0),
        9: (120, 0, 0, 0),
        10: (50, 0, 0, 0),
    } == told
    past = (await shop.account(ada, start + 9 * DAY)).balances[0]
    assert (70, start + 10 * DAY) == (
        past.expiring_points,
        past.next_expire_time.ToDatetime(tzinfo=UTC),
    )
    assert (0, 0, 0, 0) == await shop.holds(ada, start - DAY)
    future = pb.GetAccountRequest(name=ada, as_of_time=stamp(shop.now, days=1))
    assert "AS_OF_OUT_OF_RANGE" == (await shop.refusal(future)).reason


async def test_what_is_due_is_told_as_done_before_the_timer_has_seen_it(shop, ada):
    await shop.earn(ada, 100, expire_time=stamp(shop.now, seconds=5))
    shop.house.clock.forward(seconds=5)
    assert (0, 0, 0, 0) == await shop.holds(ada)
    request = pb.CreateReservationRequest(parent=ada, reservation=ledger.Reservation(points=1))
    assert "POINTS_INSUFFICIENT" == (await shop.refusal(request)).reason
    await shop.forward(seconds=0)
    [fact] = await shop.facts(events.PointsExpired)
    assert (100, 0) == (fact.points, fact.balance.active_points)


async def test_a_statement_tells_every_entry_with_the_balance_after_it(shop, ada):
    start = shop.now
    await shop.earn(ada, 100, description="Welcome")
    await shop.forward(hours=1)
    await shop.spend(ada, 30)
    await shop.forward(hours=1)
    # Heard late: it stands where it happened, and the balances after it say so.
    await shop.earn(ada, 7, event_time=stamp(start, minutes=30))

    told = [(entry.kind, entry.points, entry.balance_after) for entry in await shop.entries(ada)]
    assert [
        (ledger.Entry.CONFIRM, 0, 77),
        (ledger.Entry.RESERVE, -30, 77),
        (ledger.Entry.EARN, 7, 107),
        (ledger.Entry.EARN, 100, 100),
    ] == told

    pages = await shop.pages(pb.ListEntriesRequest(parent=ada, page_size=3), "entries")
    assert [3, 1] == [len(page) for page in pages]
    within = await shop.ask(
        pb.ListEntriesRequest(parent=ada, start_time=stamp(start, minutes=10), end_time=stamp(start, hours=1))
    )
    assert [7] == [entry.points for entry in within.entries]
    assert (100, 107) == (
        within.opening_balances[0].active_points,
        within.closing_balances[0].active_points,
    )
    spent = await shop.entries(ada, kind=ledger.Entry.CONFIRM)
    whole = await shop.ask(pb.GetEntryRequest(name=spent[0].name))
    assert [(ledger.Posting.MEMBER_RESERVED, -30), (ledger.Posting.PROGRAMME_REDEEMED, 30)] == [
        (each.place, each.points) for each in whole.postings
    ]


# Points.


async def test_a_reference_earns_once_also_under_another_request(shop, ada):
    entry = await shop.earn(ada, 5, reference="visit", request_id="a")
    again = await shop.earn(ada, 5, reference="visit", request_id="a")
    assert (entry.name, False, True) == (again.name, entry.replayed, again.replayed)

    request = pb.EarnPointsRequest(name=ada, points=5, reference="visit", request_id="b")
    refusal = await shop.refusal(request)
    assert (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EARNED") == (refusal.code, refusal.reason)
    request = pb.EarnPointsRequest(name=ada, points=6, reference="visit", request_id="a")
    assert "REQUEST_ID_REUSED" == (await shop.refusal(request)).reason
    assert (5, 0, 0, 0) == await shop.holds(ada)


@pytest.mark.parametrize(
    ("times", "where"),
    [
        ({"event_time": 1}, "event_time"),
        ({"available_time": -1}, "available_time"),
        ({"expire_time": -1}, "expire_time"),
    ],
)
async def test_times_that_do_not_follow_one_another_are_refused(shop, ada, times, where):
    said = {name: stamp(shop.now, days=days) for name, days in times.items()}
    refusal = await shop.refusal(pb.EarnPointsRequest(name=ada, points=5, reference="r", **said))
    assert ("TIMES_INVALID", [where]) == (refusal.reason, refusal.fields)


async def test_a_correction_goes_up_and_down_and_never_below_zero(shop, ada):
    await shop.ask(pb.AdjustPointsRequest(name=ada, points=10, reason="sorry"))
    entry = await shop.ask(pb.AdjustPointsRequest(name=ada, points=-4, reason="too many"))
    assert (-4, 6, "too many", "keys/till") == (
        entry.points,
        entry.balance_after,
        entry.description,
        entry.actor,
    )
    refusal = await shop.refusal(pb.AdjustPointsRequest(name=ada, points=-7, reason="no"))
    assert (grpc.StatusCode.FAILED_PRECONDITION, "POINTS_INSUFFICIENT") == (
        refusal.code,
        refusal.reason,
    )
    assert (6, 0, 0, 0) == await shop.holds(ada)
    assert [10, -4] == [fact.points for fact in await shop.facts(events.PointsAdjusted)]


async def test_a_waiting_credit_ends_once(shop, ada):
    for number in range(2):
        await shop.earn(ada, 10, reference=f"r{number}", available_time=stamp(shop.now, days=1))
    one, two = await shop.lots(ada)
    assert {ledger.Lot.PENDING} == {one.state, two.state}

    assert ledger.Lot.AVAILABLE == (await shop.ask(pb.AcceptLotRequest(name=one.name))).state
    assert (
        ledger.Lot.REJECTED == (await shop.ask(pb.RejectLotRequest(name=two.name, reason="returned"))).state
    )
    for request in (pb.AcceptLotRequest(name=two.name), pb.RejectLotRequest(name=one.name, reason="no")):
        assert "LOT_NOT_PENDING" == (await shop.refusal(request)).reason
    assert (10, 0, 0, 0) == await shop.holds(ada)
    await shop.forward(days=2)
    assert (10, 0, 0, 0) == await shop.holds(ada)
    missing = pb.AcceptLotRequest(name=f"{ada}/lots/{uuid4()}")
    assert "LOT_NOT_FOUND" == (await shop.refusal(missing)).reason


async def test_a_rejected_credit_of_an_order_is_not_clawed_back_again(shop):
    await shop.programme(refund_policy=programmes.Programme.DEBT)
    await shop.rule(pending=Duration(seconds=86_400))
    ada = await shop.enrol()
    order = await shop.buy(ada, "10.00")
    [lot] = await shop.lots(ada)
    await shop.ask(pb.RejectLotRequest(name=lot.name, reason="fraud"))
    await shop.refund(order, "10.00")
    assert (0, 0, 0, 0) == await shop.holds(ada)


async def test_lots_are_listed_in_the_order_in_which_they_are_spent(shop, ada):
    for points, days in ((1, 30), (2, None), (3, 10)):
        until = stamp(shop.now, days=days) if days else None
        await shop.earn(ada, points, expire_time=until)
    assert [3, 1, 2] == [lot.points for lot in await shop.lots(ada)]
    await shop.spend(ada, 3)
    assert [1, 2] == [lot.points for lot in await shop.lots(ada)]
    every = await shop.pages(pb.ListLotsRequest(parent=ada, page_size=2, show_spent=True), "lots")
    assert [(1, ledger.Lot.AVAILABLE), (2, ledger.Lot.AVAILABLE), (3, ledger.Lot.USED_UP)] == [
        (lot.points, lot.state) for page in every for lot in page
    ]


# Reservations.


async def test_a_reservation_ends_exactly_once(shop, ada):
    await shop.earn(ada, 100)
    made = await shop.reserve(ada, 30, reference="cart-7")
    assert (70, 0, 30, 0) == await shop.holds(ada)
    assert [30] == [pin.points for pin in made.pins]

    more = pb.ConfirmReservationRequest(name=made.name, points=31)
    assert "RESERVATION_EXCEEDED" == (await shop.refusal(more)).reason
    done = await shop.ask(pb.ConfirmReservationRequest(name=made.name, points=20, order="orders/9"))
    assert (ledger.Reservation.CONFIRMED, 20, "orders/9") == (
        done.state,
        done.confirmed_points,
        done.order,
    )
    assert (80, 0, 0, 0) == await shop.holds(ada)
    for again in (
        pb.ConfirmReservationRequest(name=made.name),
        pb.ReleaseReservationRequest(name=made.name),
    ):
        assert "RESERVATION_CONFIRMED" == (await shop.refusal(again)).reason
    [fact] = await shop.facts(events.PointsRedeemed)
    assert (20, made.name, "orders/9", 80) == (
        fact.points,
        fact.reservation,
        fact.order,
        fact.balance.active_points,
    )


async def test_a_second_attempt_is_told_how_it_ended(shop, ada):
    await shop.earn(ada, 100)
    released, late = await shop.reserve(ada, 30), await shop.reserve(ada, 30)
    await shop.ask(pb.ReleaseReservationRequest(name=released.name))
    assert (
        "RESERVATION_RELEASED"
        == (await shop.refusal(pb.ConfirmReservationRequest(name=released.name))).reason
    )
    shop.house.clock.forward(minutes=15)
    assert (
        "RESERVATION_TIMED_OUT" == (await shop.refusal(pb.ConfirmReservationRequest(name=late.name))).reason
    )
    await shop.forward(seconds=0)
    assert (100, 0, 0, 0) == await shop.holds(ada)
    found = await shop.ask(pb.GetReservationRequest(name=late.name))
    assert ledger.Reservation.TIMED_OUT == found.state
    assert late.expire_time == found.end_time
    listed = await shop.pages(pb.ListReservationsRequest(parent=ada, page_size=1), "reservations")
    assert {released.name, late.name} == {each.name for page in listed for each in page}
    missing = pb.ConfirmReservationRequest(name=f"{ada}/reservations/{uuid4()}")
    assert "RESERVATION_NOT_FOUND" == (await shop.refusal(missing)).reason


async def test_a_repeat_with_the_same_request_id_sets_nothing_aside_again(shop, ada):
    await shop.earn(ada, 100)
    request = pb.CreateReservationRequest(
        parent=ada, reservation=ledger.Reservation(points=60), request_id="once"
    )
    assert await shop.ask(request) == await shop.ask(request)
    assert (40, 0, 60, 0) == await shop.holds(ada)


async def test_of_two_who_spend_the_same_points_at_once_exactly_one_wins(shop, ada):
    await shop.earn(ada, 100)
    requests = [
        pb.CreateReservationRequest(parent=ada, reservation=ledger.Reservation(points=60)) for _ in range(8)
    ]
    answers = await asyncio.gather(*map(shop.answer, requests))

    lost = [answer for answer in answers if isinstance(answer, Refused)]
    assert ({"POINTS_INSUFFICIENT"}, 7) == ({each.reason for each in lost}, len(lost))
    assert (40, 0, 60, 0) == await shop.holds(ada)
    [won] = [answer for answer in answers if not isinstance(answer, Refused)]
    ends = [
        *(pb.ConfirmReservationRequest(name=won.name) for _ in range(3)),
        *(pb.ReleaseReservationRequest(name=won.name) for _ in range(3)),
    ]
    ended = await asyncio.gather(*map(shop.answer, ends))
    assert 1 == sum(not isinstance(each, Refused) for each in ended)
    await shop.books_agree()


async def test_a_reward_costs_its_price_and_there_are_only_so_many(shop, ada):
    await shop.earn(ada, 100)
    mug = programmes.Reward(
        name=f"{PROGRAMME}/rewards/mug", price=30, kind=programmes.Reward.PRODUCT, stock_count=1
    )
    await shop.ask(pb.CreateRewardRequest(parent=PROGRAMME, reward=mug))
    request = pb.CreateReservationRequest(parent=ada, reservation=ledger.Reservation(reward=mug.name))
    made = await shop.ask(request)
    assert (30, mug.name) == (made.points, made.reward)
    assert "REWARD_UNAVAILABLE" == (await shop.refusal(request)).reason
    available = pb.ListRewardsRequest(parent=PROGRAMME, available_to=ada)
    assert [] == list((await shop.ask(available)).rewards)

    await shop.forward(minutes=16)
    assert [mug.name] == [each.name for each in (await shop.ask(available)).rewards]
    made = await shop.ask(request)
    await shop.ask(pb.ConfirmReservationRequest(name=made.name))
    [fact] = await shop.facts(events.PointsRedeemed)
    assert mug.name == fact.reward
    assert 0 == (await shop.ask(pb.GetRewardRequest(name=mug.name))).stock_count

    said = programmes.Reward(name=mug.name, price=200)
    assert 200 == (await shop.ask(pb.UpdateRewardRequest(reward=said))).price
    said = programmes.Reward(name=mug.name, stock_count=5)
    assert (200, 5) == (
        (changed := await shop.ask(pb.UpdateRewardRequest(reward=said))).price,
        changed.stock_count,
    )
    assert "POINTS_INSUFFICIENT" == (await shop.refusal(request)).reason
    await shop.ask(pb.DeleteRewardRequest(name=mug.name))
    assert "REWARD_NOT_FOUND" == (await shop.refusal(request)).reason


async def test_a_coupon_from_a_pool_is_refused_until_it_is_built(shop, ada):
    reward = programmes.Reward(name=f"{PROGRAMME}/rewards/five", price=5, kind="COUPON")
    refusal = await shop.refusal(pb.CreateRewardRequest(parent=PROGRAMME, reward=reward))
    assert ("REWARD_INVALID", ["reward.kind"]) == (refusal.reason, refusal.fields)


# Tiers.


@pytest.fixture
async def ranked(shop):
    """A programme with tiers by what was spent in the last year: 100.00 for silver, 500.00 for gold."""
    metric = programmes.TierMetric(kind="SPEND", window="ROLLING_MONTHS", months=12)
    await shop.programme(tier_metric=metric)
    await shop.rule()
    await shop.tier("silver", 100_00, validity_months=12)
    await shop.tier("gold", 500_00, validity_months=12, grace_days=10, display_name="Gold")
    return await shop.enrol()


async def test_one_rises_at_once_and_is_told_what_is_missing(shop, ranked):
    await shop.buy(ranked, "120.00")
    account = await shop.account(ranked)
    assert (f"{PROGRAMME}/tiers/silver", 120_00, f"{PROGRAMME}/tiers/gold", 380_00) == (
        account.tier,
        account.tier_metric,
        account.next_tier,
        account.next_tier_missing,
    )
    await shop.buy(ranked, "400.00")
    facts = await shop.facts(events.TierChanged)
    assert [("silver", ""), ("gold", "silver")] == [
        (fact.tier.rpartition("/")[2], fact.former_tier.rpartition("/")[2]) for fact in facts
    ]
    assert ("Gold", True, ledger.QUALIFIED) == (
        facts[1].display_name,
        facts[1].upgrade,
        facts[1].reason,
    )


async def test_the_tier_is_reviewed_at_the_end_of_its_validity_and_falls_after_grace(shop, ranked):
    await shop.buy(ranked, "600.00")
    until = (await shop.account(ranked)).tier_until_time.ToDatetime(tzinfo=UTC)
    start = shop.now
    await shop.forward(seconds=(until - shop.now).total_seconds())
    assert f"{PROGRAMME}/tiers/gold" == (await shop.account(ranked)).tier
    await shop.forward(days=10)

    account = await shop.account(ranked)
    assert f"{PROGRAMME}/tiers/silver" == account.tier
    told = (await shop.facts(events.TierChanged))[-1]
    assert (ledger.REVIEWED, False, until + 10 * DAY) == (
        told.reason,
        told.upgrade,
        told.event_time.ToDatetime(tzinfo=UTC),
    )
    periods = (await shop.ask(pb.ListTierPeriodsRequest(parent=ranked))).tier_periods
    assert ["silver", "gold"] == [each.tier.rpartition("/")[2] for each in periods]
    assert periods[1].end_time == periods[0].start_time
    past = await shop.account(ranked, start + DAY)
    assert (f"{PROGRAMME}/tiers/gold", 600_00) == (past.tier, past.tier_metric)


async def test_a_refund_lowers_the_metric_and_the_tier_waits_for_its_review(shop, ranked):
    order = await shop.buy(ranked, "600.00")
    before = shop.now
    await shop.forward(hours=1)
    await shop.refund(order, "550.00")
    account = await shop.account(ranked)
    assert (f"{PROGRAMME}/tiers/gold", 50_00) == (account.tier, account.tier_metric)
    assert 600_00 == (await shop.account(ranked, before)).tier_metric


async def test_a_tier_given_by_hand_ends_with_what_she_qualifies_for(shop, ranked):
    request = pb.GrantTierRequest(
        name=ranked,
        tier=f"{PROGRAMME}/tiers/gold",
        until_time=stamp(shop.now, days=30),
        reason="status match",
    )
    assert request.tier == (await shop.ask(request)).tier
    await shop.buy(ranked, "150.00")
    assert request.tier == (await shop.account(ranked)).tier
    await shop.forward(days=31)

    assert f"{PROGRAMME}/tiers/silver" == (await shop.account(ranked)).tier
    periods = (await shop.ask(pb.ListTierPeriodsRequest(parent=ranked))).tier_periods
    assert [ledger.GRANT_ENDED, ledger.GRANTED] == [each.reason for each in periods]
    assert "keys/till: status match" == periods[1].note


async def test_members_rise_at_once_where_tiers_change(shop, ranked):
    await shop.buy(ranked, "150.00")
    said = programmes.Tier(name=f"{PROGRAMME}/tiers/gold", threshold=150_00)
    await shop.ask(pb.UpdateTierRequest(tier=said))
    await shop.forward(seconds=1)
    assert said.name == (await shop.account(ranked)).tier
    assert ledger.TIERS_CHANGED == (await shop.facts(events.TierChanged))[-1].reason

    tiers = (await shop.ask(pb.ListTiersRequest(parent=PROGRAMME))).tiers
    assert [("silver", 0), ("gold", 1)] == [
        (each.name.rpartition("/")[2], each.member_count) for each in tiers
    ]
    assert "TIER_IN_USE" == (await shop.refusal(pb.DeleteTierRequest(name=said.name))).reason
    await shop.ask(pb.DeleteTierRequest(name=f"{PROGRAMME}/tiers/silver"))
    same = programmes.Tier(name=f"{PROGRAMME}/tiers/blue", threshold=150_00)
    taken = await shop.refusal(pb.CreateTierRequest(parent=PROGRAMME, tier=same))
    assert "TIER_THRESHOLD_TAKEN" == taken.reason


async def test_her_tier_multiplies_what_she_earns(shop, ranked):
    factor = programmes.OrderEarning.TierFactor(tier=f"{PROGRAMME}/tiers/silver", factor="1.5")
    order = programmes.OrderEarning(points_per_unit="1", factors=[factor])
    rule = programmes.EarnRule(name=f"{PROGRAMME}/earn_rules/orders", order=order)
    await shop.ask(pb.UpdateEarnRuleRequest(earn_rule=rule))
    await shop.buy(ranked, "100.00")
    second = await shop.buy(ranked, "10.00")
    assert (115, 0, 0, 0) == await shop.holds(ranked)
    # Clawed back by the factor it was earned by.
    await shop.refund(second, "5.00")
    assert (107, 0, 0, 0) == await shop.holds(ranked)


async def test_of_two_members_the_higher_tier_is_kept(shop, ranked):
    ghost = await shop.enrol()
    await shop.buy(ghost, "600.00")
    await shop.merge(ranked, ghost)
    assert f"{PROGRAMME}/tiers/gold" == (await shop.account(ranked)).tier
    assert 600_00 == (await shop.account(ranked)).tier_metric


async def test_she_begins_with_the_tier_her_orders_reach(shop, ranked):
    id = uuid4()
    await shop.buy(f"guest/{id}", "200.00")
    await shop.enrol(id)
    fact = (await shop.facts(events.MemberEnrolled))[-1]
    assert f"{PROGRAMME}/tiers/silver" == fact.tier


# Liability, isolation.


async def test_opening_and_what_happened_make_closing(shop):
    await shop.programme(cost_per_point=money("0.01"), redemption_rate_basis_points=8_000)
    ada = await shop.enrol()
    await shop.earn(ada, 1_000, expire_time=stamp(shop.now, days=5))
    await shop.forward(days=2)
    middle = shop.now
    await shop.earn(ada, 500)
    await shop.spend(ada, 300)
    await shop.ask(pb.AdjustPointsRequest(name=ada, points=-100, reason="too many"))
    await shop.forward(days=4)

    request = pb.GetLiabilityRequest(name=PROGRAMME, start_time=stamp(middle))
    [owed] = (await shop.ask(request)).currencies
    assert (1_000, 500, 300, 600, -100, 500) == (
        owed.opening_points,
        owed.issued_points,
        owed.redeemed_points,
        owed.expired_points,
        owed.adjusted_points,
        owed.closing_points,
    )
    assert (4, 0) == (owed.cost.units, owed.cost.nanos)
    assert 500 == sum(each.points for each in owed.slices)
    request = pb.GetLiabilityRequest(name=PROGRAMME, as_of_time=stamp(middle, days=-1))
    [past] = (await shop.ask(request)).currencies
    assert (0, 1_000, 1_000) == (past.opening_points, past.issued_points, past.closing_points)


async def test_another_workspace_sees_and_spends_nothing(shop, other, ada):
    await shop.earn(ada, 100)
    made = await shop.reserve(ada, 10)
    await other.programme()
    assert "ACCOUNT_NOT_FOUND" == (await other.refusal(pb.GetAccountRequest(name=ada))).reason
    id = ada.rpartition("/")[2]
    assert (0, 0, 0, 0) == await other.holds(await other.enrol(id))
    assert (
        "RESERVATION_NOT_FOUND" == (await other.refusal(pb.ConfirmReservationRequest(name=made.name))).reason
    )
    assert (90, 0, 10, 0) == await shop.holds(ada)


async def test_the_ledger_only_grows(shop, ada):
    await shop.earn(ada, 100)
    for statement in ("UPDATE posting SET points = 1", "DELETE FROM entry", "DELETE FROM posting"):
        with pytest.raises(Exception, match="never changed"):
            await shop.rows(f"{statement} RETURNING 1")


def test_a_balance_reads_as_four_numbers():
    assert (1, 2, 3, 4) == held(
        ledger.Balance(active_points=1, pending_points=2, reserved_points=3, debt_points=4)
    )


async def test_calls_that_come_at_once_are_each_answered_as_if_alone(shop, ada):
    """Some of them repeats, some refused, some for nobody: they share transactions, and nothing else."""
    other = await shop.member(50)
    await shop.earn(ada, 100)

    def asked(account, points, request_id=""):
        reservation = ledger.Reservation(points=points)
        return pb.CreateReservationRequest(parent=account, reservation=reservation, request_id=request_id)

    nobody = f"{PROGRAMME}/accounts/{uuid4()}"
    await shop.ask(asked(ada, 10, "same"))
    requests = [
        *(asked(ada, 10, "same") for _ in range(3)),
        asked(ada, 11, "same"),
        *(asked(other, 20) for _ in range(3)),
        asked(nobody, 1),
        asked(ada, 1_000, "again"),
        asked(f"{PROGRAMME}/accounts/ada", 1),
    ]
    answers = await asyncio.gather(*map(shop.answer, requests))

    reasons = sorted(each.reason for each in answers if isinstance(each, Refused))
    assert [
        *("ACCOUNT_NOT_FOUND", "ACCOUNT_NOT_FOUND"),
        *("POINTS_INSUFFICIENT", "POINTS_INSUFFICIENT", "REQUEST_ID_REUSED"),
    ] == reasons
    assert 1 == len({each.name for each in answers[:3]})
    assert (90, 0, 10, 0) == await shop.holds(ada)
    assert (10, 0, 40, 0) == await shop.holds(other)
    # Who was refused may ask again under the same id.
    await shop.earn(ada, 1_000)
    assert 1_000 == (await shop.ask(asked(ada, 1_000, "again"))).points
    await shop.books_agree()
