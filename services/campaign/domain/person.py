"""A customer as campaigns see her, and as conditions are evaluated over her. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from conditions.calendar import FOREVER, microseconds
from conditions.facts import Change, Person, Verdict
from conditions.values import at, steps


@dataclass(frozen=True, slots=True)
class Consent:
    granted: bool
    # When she decided; a decision that ends holds until `expires`.
    decided: datetime
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of one customer, as the profile and segment services last told."""

    # The number by which other services know her, and `profiles/{uuid}`.
    key: int
    profile: str
    # Of the profile service's; higher ones are newer.
    revision: int = 0
    # By kind, strongest first: `email`, `phone`, `user_id` …
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    traits: Mapping[str, object] = field(default_factory=dict)
    # As `conditions.computed` writes them, with `lifetime_value` in the workspace's currency.
    computed: Mapping[str, object] = field(default_factory=dict)
    # By channel and purpose, in lower case: ("email", "marketing").
    consents: Mapping[tuple[str, str], Consent] = field(default_factory=dict)
    # `segments/{slug}` she is in.
    segments: frozenset[str] = frozenset()
    erased: bool = False
    # The one she has once all is told that two customers who became one were known for.
    merge_revision: int = 0

    @property
    def whole(self) -> bool:
        """Whether all is known of her. Of who has just become one it is half: nothing is decided by that."""
        return self.revision >= self.merge_revision

    @property
    def email(self) -> str:
        """The address mail goes to; empty when none is known."""
        return next(iter(self.identifiers.get("email", ())), "")

    @property
    def locale(self) -> str:
        """As she or her browser stated it, such as `de-AT`; empty when unknown."""
        value = self.computed.get("locale")
        return value if isinstance(value, str) else ""

    @property
    def zone(self) -> tzinfo | None:
        """Her own, when it is known."""
        name = self.computed.get("time_zone")
        try:
            return ZoneInfo(name) if isinstance(name, str) and name else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None

    def consented(self, channel: str, purpose: str, now: datetime) -> bool:
        """Whether a permission holds: no decision is none."""
        consent = self.consents.get((channel, purpose))
        return bool(consent and consent.granted and (consent.expires is None or now < consent.expires))


def forbade(consents: Mapping[tuple[str, str], Consent], channel: str, purpose: str) -> datetime | None:
    """When she said no, on this channel or on every one, unless she said yes on this one later."""
    here, everywhere = consents.get((channel, purpose)), consents.get((EVERY_CHANNEL, purpose))
    said_no = [one.decided for one in (here, everywhere) if one and not one.granted]
    if not said_no or (here and here.granted and here.decided > max(said_no)):
        return None
    return max(said_no)


def facts(
    contact: Contact,
    zone: tzinfo,
    *,
    trigger: Mapping[str, object] | None = None,
    entry: Mapping[str, object] | None = None,
) -> Person:
    """What a condition is evaluated over: traits, consents, segments and samples, and what began the run.

    What she did is not among it: conditions on events belong into segments, which a condition can name.
    """
    roots = {"trigger": trigger or {}, "entry": entry or {}}

    def other(path: str) -> object:
        root, *inner = steps(path)
        return at(roots[root], tuple(inner)) if root in roots else None

    return Person(
        profile=contact.profile,
        zone=zone,
        own_zone=contact.zone,
        registers=registers(contact),
        segments=dict.fromkeys(contact.segments, Verdict(True, None)),
        others=other,
    )


def registers(contact: Contact) -> dict[str, list[Change]]:
    """By the first two steps of their paths; each is as it is since ever, and only consents end."""
    named: dict[str, object] = {f"traits.{name}": value for name, value in contact.traits.items()}
    named |= {f"computed.{name}": value for name, value in contact.computed.items()}
    found: dict[str, list[Change]] = {name: [(0, value)] for name, value in named.items()}
    channels: dict[str, dict[str, Consent]] = {}
    for (channel, purpose), consent in contact.consents.items():
        channels.setdefault(channel, {})[purpose] = consent
    return found | {f"consents.{channel}": decided(consents) for channel, consents in channels.items()}


def decided(consents: Mapping[str, Consent]) -> list[Change]:
    """What she allowed and forbade on a channel, by purpose, anew whenever one of it ends."""
    ends = {purpose: microseconds(one.expires) for purpose, one in consents.items() if one.expires}
    return [
        (
            since,
            {
                purpose: "granted" if one.granted else "denied"
                for purpose, one in consents.items()
                if since < ends.get(purpose, FOREVER)
            },
        )
        for since in sorted({0, *ends.values()})
    ]


# As a decision says that is tied to no channel.
EVERY_CHANNEL = "any"
