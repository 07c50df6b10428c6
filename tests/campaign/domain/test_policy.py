"""Whether a message may go out: every rule in its order, with a sentence that says why not."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.campaign.domain.caps import Cap, Use
from services.campaign.domain.choices import Choices
from services.campaign.domain.person import Consent, Contact
from services.campaign.domain.policy import (
    ASK_AGAIN,
    Case,
    Desk,
    Outcome,
    Rule,
    Settings,
    Suppressed,
    checks,
    decide,
    micros,
)
from services.campaign.domain.quiet import Quiet

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YES = {("email", "marketing"): Consent(granted=True, decided=NOON - 30 * DAY)}
ADA = Contact(1, "profiles/00000000-0000-0000-0000-000000000001", consents=YES)
ANY = Settings()
FINE = Case(ADA, "email", "marketing", "ada@example.com")
EVERY = Settings(
    caps=(Cap(1, DAY),), quiet=Quiet(time(11), time(13)), control_group_basis_points=10_000, zone=UTC
)
# What speaks against a message by each rule, in their order; all of it at once is said by the first.
AGAINST = {
    Rule.NOT_ERASED: {"contact": replace(ADA, erased=True, consents={})},
    Rule.ADDRESS_KNOWN: {"address": ""},
    Rule.ADDRESS_NOT_SUPPRESSED: {"suppressions": (Suppressed("COMPLAINT", marketing_only=True),)},
    Rule.CONSENT: {"contact": replace(ADA, consents={})},
    Rule.SUBSCRIPTION: {"topic": "sale", "choices": Choices(left=frozenset({"sale"}))},
    Rule.SUPPORT_QUIET_PERIOD: {"desk": Desk(("tickets/7",))},
    Rule.FREQUENCY_CAP: {"uses": [Use(micros(NOON - HOUR), "email", "marketing")]},
    Rule.QUIET_HOURS: {},
    Rule.HOLDOUT: {},
}
QUIETER = {
    Rule.QUIET_HOURS: replace(EVERY, caps=()),
    Rule.HOLDOUT: replace(EVERY, caps=(), quiet=None),
}


def test_when_nothing_speaks_against_it_it_goes_out():
    decided = decide(FINE, Settings(), NOON)

    assert (Outcome.SEND, None) == (decided.outcome, decided.rule)
    assert all(check.passed and not check.exempt for check in checks(FINE, Settings(), NOON))


@pytest.mark.parametrize("first", list(Rule))
def test_the_first_rule_in_the_order_of_the_proto_that_speaks_against_it_decides(first):
    said = {}
    for rule in reversed(list(Rule)):
        said |= AGAINST[rule]
        if rule is first:
            break
    settings = QUIETER.get(first, EVERY) if first in QUIETER else EVERY

    decided = decide(replace(FINE, **said), settings, NOON)

    assert first is decided.rule
    assert decided.description.endswith(".")


def test_the_words_of_a_decision_say_what_was_looked_at():
    def words(settings=ANY, **against):
        return decide(replace(FINE, **against), settings, NOON).description

    assert "An open ticket: tickets/7." == words(desk=Desk(("tickets/7",)))
    assert "She was in touch with the desk at 2026-11-21 12:00 UTC." == words(desk=Desk((), NOON - DAY))
    assert "The address is suppressed: a message came back for good." == words(
        suppressions=(Suppressed("HARD_BOUNCE", marketing_only=False),)
    )
    assert "She never consented to email and marketing." == words(contact=replace(ADA, consents={}))
    assert "She does not take subscription_groups/sale." == words(
        topic="sale", choices=Choices(left=frozenset({"sale"}))
    )
    assert "She got as many as she may: 1 marketing in 1 day." == words(
        Settings(caps=(Cap(1, DAY),)), uses=[Use(micros(NOON), "email", "marketing")]
    )
    assert "It is quiet from 11:00 to 13:00 in UTC, the shop's zone." == words(
        Settings(quiet=Quiet(time(11), time(13)))
    )


@pytest.mark.parametrize("message_class", ["transactional", "operational"])
def test_a_receipt_skips_what_the_law_lets_it_skip_and_never_a_dead_address(message_class):
    against = {name: value for rule in Rule for name, value in AGAINST[rule].items()}
    receipt = replace(
        FINE,
        message_class=message_class,
        **against | {"contact": replace(ADA, consents={}), "address": "ada@example.com"},
    )

    assert Outcome.SEND is decide(receipt, replace(EVERY, quiet=None), NOON).outcome
    dead = replace(receipt, suppressions=(Suppressed("HARD_BOUNCE", marketing_only=False),))
    assert Rule.ADDRESS_NOT_SUPPRESSED is decide(dead, Settings(), NOON).rule
    erased = replace(receipt, contact=replace(ADA, erased=True))
    assert Rule.NOT_ERASED is decide(erased, Settings(), NOON).rule
    at_night = decide(receipt, EVERY, NOON)
    assert at_night.rule is (Rule.QUIET_HOURS if message_class == "operational" else None)


def test_what_was_decided_by_a_click_holds_before_the_profile_service_has_heard_of_it():
    clicked = Choices(opted_out={"email": NOON - HOUR})
    assert Rule.CONSENT is decide(replace(FINE, choices=clicked), Settings(), NOON).rule

    anew = replace(ADA, consents={("email", "marketing"): Consent(granted=True, decided=NOON)})
    assert Outcome.SEND is decide(replace(FINE, choices=clicked, contact=anew), Settings(), NOON).outcome


def test_consent_ends_at_its_instant():
    until = replace(
        ADA, consents={("email", "marketing"): Consent(granted=True, decided=NOON - DAY, expires=NOON)}
    )
    case = replace(FINE, contact=until)

    assert Outcome.SEND is decide(case, Settings(), NOON - timedelta(microseconds=1)).outcome
    assert Rule.CONSENT is decide(case, Settings(), NOON).rule
    assert NOON == checks(case, Settings(), NOON - HOUR)[3].until


def test_marketing_keeps_its_distance_for_two_days_after_the_desk_and_while_a_ticket_is_open():
    case = replace(FINE, desk=Desk((), NOON))

    assert Rule.SUPPORT_QUIET_PERIOD is decide(case, Settings(), NOON + 2 * DAY - HOUR).rule
    assert Outcome.SEND is decide(case, Settings(), NOON + 2 * DAY).outcome
    still_open = replace(case, desk=Desk(("tickets/7",), NOON - 30 * DAY))
    assert Rule.SUPPORT_QUIET_PERIOD is decide(still_open, Settings(), NOON).rule
    exempted = replace(still_open, exempt_from_support_quiet_period=True)
    assert Outcome.SEND is decide(exempted, Settings(), NOON).outcome


def test_what_is_held_back_waits_leaves_or_is_skipped_as_the_message_says():
    case, settings = replace(FINE, when_held_back="wait"), Settings(quiet=Quiet(time(11), time(13)))

    waits = decide(case, settings, NOON)
    assert (Outcome.WAIT, NOON + HOUR) == (waits.outcome, waits.retry)
    impatient = decide(replace(case, wait_until=NOON + HOUR / 2), settings, NOON)
    assert (Outcome.WAIT, NOON + HOUR / 2) == (impatient.outcome, impatient.retry)
    assert Outcome.SKIP is decide(replace(case, wait_until=NOON), settings, NOON).outcome
    assert Outcome.LEAVE is decide(replace(case, when_held_back="leave"), settings, NOON).outcome
    assert Outcome.SKIP is decide(replace(case, when_held_back="skip"), settings, NOON).outcome
    # What nobody knows the end of is asked again; who was erased is not waited for.
    ticket = decide(replace(case, desk=Desk(("tickets/7",))), settings, NOON)
    assert NOON + ASK_AGAIN == ticket.retry
    gone = replace(case, contact=replace(ADA, erased=True))
    assert Outcome.SKIP is decide(gone, settings, NOON).outcome


def test_a_webhook_asks_nothing_of_a_customer_but_that_she_exists():
    hook = replace(FINE, channel="webhook", address="", contact=replace(ADA, consents={}))

    assert Outcome.SEND is decide(hook, replace(EVERY, control_group_basis_points=0), NOON).outcome
    assert Rule.NOT_ERASED is decide(replace(hook, contact=replace(ADA, erased=True)), EVERY, NOON).rule


def test_a_test_goes_past_everything_but_a_dead_address():
    test = replace(FINE, test=True, contact=replace(ADA, consents={}, erased=True))

    assert Outcome.SEND is decide(test, EVERY, NOON).outcome
    dead = replace(test, suppressions=(Suppressed("HARD_BOUNCE", marketing_only=False),))
    assert Rule.ADDRESS_NOT_SUPPRESSED is decide(dead, EVERY, NOON).rule


def people(count):
    return [Contact(key, f"profiles/{key}", consents=YES) for key in range(count)]


def held_out(contact, campaign, basis_points, *, received=False, control=0):
    case = replace(
        FINE, contact=contact, campaign=campaign, holdout_basis_points=basis_points, received=received
    )
    settings = Settings(control_group_basis_points=control)
    return decide(case, settings, NOON).outcome is Outcome.HOLD_OUT


def test_a_holdout_is_its_share_always_the_same_and_grows_by_adding_only():
    everybody = people(4000)
    tenth = {each.key for each in everybody if held_out(each, "journeys/a", 1000)}
    fifth = {each.key for each in everybody if held_out(each, "journeys/a", 2000)}
    other = {each.key for each in everybody if held_out(each, "journeys/b", 1000)}

    assert 300 < len(tenth) < 500
    assert tenth < fifth
    assert tenth == {each.key for each in everybody if held_out(each, "journeys/a", 1000)}
    assert len(tenth & other) < len(tenth) / 2
    assert not any(held_out(each, "journeys/a", 0) for each in everybody)


def test_who_got_a_campaign_never_becomes_its_control():
    assert not any(held_out(each, "journeys/a", 10_000, received=True) for each in people(100))


def test_the_global_control_group_is_the_same_for_every_campaign():
    everybody = people(2000)
    groups = [
        {each.key for each in everybody if held_out(each, campaign, 0, control=500)}
        for campaign in ("journeys/a", "broadcasts/b", "")
    ]
    assert groups[0] == groups[1] == groups[2]
    assert 60 < len(groups[0]) < 140


def test_quiet_hours_are_hers_and_the_shops_where_hers_are_not_known():
    quiet = Quiet(time(21), time(8))
    settings = Settings(quiet=quiet, zone=ZoneInfo("Europe/Vienna"))
    abroad = replace(ADA, computed={"time_zone": "America/Los_Angeles"})

    # 12:00 UTC is 13:00 in Vienna and 4:00 in Los Angeles.
    assert Outcome.SEND is decide(FINE, settings, NOON).outcome
    held = decide(replace(FINE, contact=abroad, when_held_back="wait"), settings, NOON)
    assert (Rule.QUIET_HOURS, datetime(2026, 11, 22, 16, tzinfo=UTC)) == (held.rule, held.retry)
