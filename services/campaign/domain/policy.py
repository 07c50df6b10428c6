"""Whether a message may go out, in the moment of sending: every rule in its order, with a sentence. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from conditions.leaves import drawn
from services.campaign.domain import caps as frequency
from services.campaign.domain import quiet as hours
from services.campaign.domain.caps import Cap, Use
from services.campaign.domain.choices import Choices
from services.campaign.domain.person import Contact, forbade
from services.campaign.domain.quiet import Quiet
from services.campaign.domain.settings import ChannelSetting, SendingPolicy, quiet


class Rule(StrEnum):
    """As the proto names them, in the order in which they are asked."""

    NOT_ERASED = "NOT_ERASED"
    ADDRESS_KNOWN = "ADDRESS_KNOWN"
    ADDRESS_NOT_SUPPRESSED = "ADDRESS_NOT_SUPPRESSED"
    CONSENT = "CONSENT"
    SUBSCRIPTION = "SUBSCRIPTION"
    SUPPORT_QUIET_PERIOD = "SUPPORT_QUIET_PERIOD"
    FREQUENCY_CAP = "FREQUENCY_CAP"
    QUIET_HOURS = "QUIET_HOURS"
    HOLDOUT = "HOLDOUT"


class Outcome(StrEnum):
    SEND = "SEND"
    SKIP = "SKIP"
    WAIT = "WAIT"
    LEAVE = "LEAVE"
    HOLD_OUT = "HOLD_OUT"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the workspace decided, for one channel."""

    caps: tuple[Cap, ...] = ()
    quiet: Quiet | None = None
    support_quiet_period: timedelta = timedelta(days=2)
    control_group_basis_points: int = 0
    # The workspace's zone, for customers whose own is not known.
    zone: tzinfo = UTC

    @classmethod
    def of(cls, policy: SendingPolicy, setting: ChannelSetting, zone: tzinfo) -> "Settings":
        return cls(
            policy.caps,
            quiet(setting, policy),
            policy.support_quiet_period,
            policy.control_group_basis_points,
            zone,
        )


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Why nothing goes to an address, in the proto's word, and whether that holds for marketing only."""

    reason: str
    marketing_only: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What the support desk told of her."""

    # `tickets/{number}`.
    open_tickets: tuple[str, ...] = ()
    last_contact: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One message to one customer, with all that is asked about."""

    contact: Contact
    channel: str
    message_class: str
    address: str
    suppressions: tuple[Suppressed, ...] = ()
    # The slug of the topic the message belongs to.
    topic: str = ""
    choices: Choices = field(default_factory=Choices)
    desk: Desk = Desk()
    exempt_from_support_quiet_period: bool = False
    # What she got of late, this message left out.
    uses: Sequence[Use] = ()
    campaign: str = ""
    holdout_basis_points: int = 0
    # She got something of this campaign before: she can be no control of it any more.
    received: bool = False
    when_held_back: str = "skip"
    wait_until: datetime | None = None
    # To an address of the shop's own: past every rule but that of dead addresses.
    test: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """What one rule says."""

    rule: Rule
    passed: bool
    description: str
    exempt: bool = False
    # When its answer changes if nothing happens.
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    # The first that spoke against it.
    rule: Rule | None
    description: str
    retry: datetime | None = None


def decide(case: Case, settings: Settings, now: datetime) -> Decision:
    """The first rule that speaks against it decides; the message says what is done then."""
    for rule in Rule:
        check = checked(rule, case, settings, now)
        if not check.passed:
            return held_back(check, case, now)
    return Decision(Outcome.SEND, None, "Nothing speaks against it.")


def held_back(check: Check, case: Case, now: datetime) -> Decision:
    """Waiting is for what may change: who was erased stays so, and a control group stays one."""
    if check.rule is Rule.HOLDOUT:
        return Decision(Outcome.HOLD_OUT, check.rule, check.description)
    if case.when_held_back == "leave":
        return Decision(Outcome.LEAVE, check.rule, check.description)
    if case.when_held_back == "wait" and check.rule is not Rule.NOT_ERASED:
        if case.wait_until is None or now < case.wait_until:
            retry = check.until or now + ASK_AGAIN
            retry = min(retry, case.wait_until) if case.wait_until else retry
            return Decision(Outcome.WAIT, check.rule, check.description, retry)
        return Decision(Outcome.SKIP, check.rule, f"{check.description} It waited as long as it may.")
    return Decision(Outcome.SKIP, check.rule, check.description)


def checks(case: Case, settings: Settings, now: datetime) -> list[Check]:
    """What every rule says, in their order."""
    return [checked(rule, case, settings, now) for rule in Rule]


def checked(rule: Rule, case: Case, settings: Settings, now: datetime) -> Check:
    if why := exempt(rule, case):
        return Check(rule, passed=True, exempt=True, description=why)
    passed, description, until = RULES[rule](case, settings, now)
    return Check(rule, passed, description, until=until)


def exempt(rule: Rule, case: Case) -> str:
    """Why a rule is not asked; empty when it is. A webhook tells a program, and reaches no customer."""
    if case.test and rule is not Rule.ADDRESS_NOT_SUPPRESSED:
        return "A test goes to an address of your own."
    if case.channel == WEBHOOK and rule in OF_CUSTOMERS:
        return "A webhook reaches no customer."
    if rule is Rule.SUPPORT_QUIET_PERIOD and case.exempt_from_support_quiet_period:
        return "The journey is exempt: a contact with the desk brings it about."
    if rule in EXEMPT.get(case.message_class, NONE):
        return f"A message of class {case.message_class} is exempt."
    return ""


def not_erased(case: Case, _: Settings, __: datetime) -> "Answer":
    if case.contact.erased:
        return False, "She was erased.", None
    return True, "She was not erased.", None


def address_known(case: Case, _: Settings, __: datetime) -> "Answer":
    if not case.address:
        return False, f"No address of hers is known for {case.channel}.", None
    return True, "An address is known.", None


def address_not_suppressed(case: Case, _: Settings, __: datetime) -> "Answer":
    marketing = case.message_class == MARKETING
    for each in case.suppressions:
        if marketing or not each.marketing_only:
            return False, f"The address is suppressed: {WORDS[each.reason]}.", None
    if case.suppressions:
        return True, "The address is suppressed for marketing only.", None
    return True, "The address is not suppressed.", None


def consent(case: Case, _: Settings, now: datetime) -> "Answer":
    given = case.contact.consents.get((case.channel, MARKETING))
    name = f"{case.channel} and {MARKETING}"
    if since := case.choices.refused_since(case.channel, given):
        return False, f"She unsubscribed from {name} at {instant(since)}.", None
    if given is None:
        return False, f"She never consented to {name}.", None
    if given.granted and (since := forbade(case.contact.consents, case.channel, MARKETING)):
        return False, f"She refused {MARKETING} on every channel at {instant(since)}.", None
    if not given.granted:
        return False, f"She revoked her consent to {name}.", None
    if given.expires is not None and given.expires <= now:
        return False, f"Her consent to {name} ended at {instant(given.expires)}.", None
    return True, f"She consented to {name}.", given.expires


def subscription(case: Case, _: Settings, __: datetime) -> "Answer":
    if not case.topic:
        return True, "It belongs to no topic.", None
    topic = f"subscription_groups/{case.topic}"
    if case.choices.takes(case.topic):
        return True, f"She takes {topic}.", None
    return False, f"She does not take {topic}.", None


def support_quiet_period(case: Case, settings: Settings, now: datetime) -> "Answer":
    desk = case.desk
    if desk.open_tickets:
        first, *more = desk.open_tickets
        return False, f"An open ticket: {first}" + (f" and {len(more)} more." if more else "."), None
    if desk.last_contact is not None:
        quiet_until = desk.last_contact + settings.support_quiet_period
        if now < quiet_until:
            return False, f"She was in touch with the desk at {instant(desk.last_contact)}.", quiet_until
    return True, "She has no open ticket and was not in touch with the desk lately.", None


def frequency_cap(case: Case, settings: Settings, now: datetime) -> "Answer":
    if full := frequency.full(settings.caps, case.uses, case.channel, case.message_class, micros(now)):
        cap, free_us = full
        return False, f"She got as many as she may: {cap}.", EPOCH + timedelta(microseconds=free_us)
    return True, "She got fewer than the caps allow." if settings.caps else "There is no cap.", None


def quiet_hours(case: Case, settings: Settings, now: datetime) -> "Answer":
    if settings.quiet is None:
        return True, "There are no quiet hours.", None
    own = case.contact.zone
    zone = own or settings.zone
    where = f"{zone}" if own else f"{zone}, the shop's zone"
    if end := hours.ends(settings.quiet, zone, now):
        return False, f"It is quiet from {settings.quiet} in {where}.", end
    begins = hours.begins(settings.quiet, zone, now)
    return True, f"It is not quiet now: that is from {settings.quiet} in {where}.", begins


def holdout(case: Case, settings: Settings, _: datetime) -> "Answer":
    """By a stable hash: in the global control group she is for every campaign, in a holdout for this one."""
    profile = case.contact.profile
    if drawn(profile, CONTROL_GROUP) < settings.control_group_basis_points:
        return False, "She is in the global control group; it would have been sent.", None
    share = case.holdout_basis_points
    if not case.received and drawn(profile, f"{HOLDOUT}{case.campaign}") < share:
        return False, f"She is in the holdout of {case.campaign}; it would have been sent.", None
    return True, "She is in no holdout and not in the global control group.", None


def micros(time: datetime) -> int:
    return (time - EPOCH) // timedelta(microseconds=1)


def instant(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


Answer = tuple[bool, str, datetime | None]
RULES: dict[Rule, Callable[[Case, Settings, datetime], Answer]] = {
    Rule.NOT_ERASED: not_erased,
    Rule.ADDRESS_KNOWN: address_known,
    Rule.ADDRESS_NOT_SUPPRESSED: address_not_suppressed,
    Rule.CONSENT: consent,
    Rule.SUBSCRIPTION: subscription,
    Rule.SUPPORT_QUIET_PERIOD: support_quiet_period,
    Rule.FREQUENCY_CAP: frequency_cap,
    Rule.QUIET_HOURS: quiet_hours,
    Rule.HOLDOUT: holdout,
}
MARKETING, WEBHOOK = "marketing", "webhook"
NONE: frozenset[Rule] = frozenset()
OPERATIONAL = frozenset(
    {Rule.CONSENT, Rule.SUBSCRIPTION, Rule.SUPPORT_QUIET_PERIOD, Rule.FREQUENCY_CAP, Rule.HOLDOUT}
)
EXEMPT = {"operational": OPERATIONAL, "transactional": OPERATIONAL | {Rule.QUIET_HOURS}}
OF_CUSTOMERS = frozenset(Rule) - {Rule.NOT_ERASED, Rule.HOLDOUT}
WORDS = {
    "HARD_BOUNCE": "a message came back for good",
    "COMPLAINT": "she called a message spam",
    "REQUEST": "somebody asked for it",
    "IMPORTED": "it came so with an import",
    "ERASED": "its owner was erased",
}
# How samples are drawn: salts that no campaign's name can be.
CONTROL_GROUP, HOLDOUT = "control group", "holdout of "
# What nobody can say the end of, such as an open ticket, is asked again after this.
ASK_AGAIN = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
