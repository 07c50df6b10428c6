"""What the policy is asked about, gathered for many messages at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any
from uuid import UUID

from chassis.hottx import Connection
from conditions.calendar import MICROSECOND, moment
from services.campaign.domain import addresses, caps
from services.campaign.domain.caps import Use
from services.campaign.domain.choices import Choices
from services.campaign.domain.person import Contact
from services.campaign.domain.policy import Case, Desk, Settings, Suppressed
from services.campaign.domain.settings import ChannelSetting, SendingPolicy
from services.campaign.store import caps as cap_store
from services.campaign.store import channel_settings, people, policies, sends, subscriptions, suppressions

# A row of `send`, or what would be one.
Row = Any


@dataclass(frozen=True, slots=True)
class Rules:
    """What a workspace decided for a channel."""

    policy: SendingPolicy
    channel: ChannelSetting
    zone: tzinfo
    # How numbers without a country are read.
    region: str

    @property
    def settings(self) -> Settings:
        return Settings.of(self.policy, self.channel, self.zone)


async def rules(connection: Connection, workspace: str, channel: str, zone: tzinfo, region: str) -> Rules:
    policy = await policies.of(connection, workspace)
    setting = (await channel_settings.of(connection, workspace, [channel]))[channel]
    return Rules(policy, setting, zone, region)


@dataclass(slots=True)
class Known:
    """What is known of the customers of a batch. A place that is taken under a cap is noted at once."""

    contacts: Mapping[int, Contact]
    topics: Mapping[str, str]
    desks: Mapping[int, people.Desk] = field(default_factory=dict)
    choices: Mapping[int, Choices] = field(default_factory=dict)
    suppressed: Mapping[bytes, tuple[Suppressed, ...]] = field(default_factory=dict)
    uses: dict[int, dict[UUID, Use]] = field(default_factory=dict)
    received: set[tuple[int, str]] = field(default_factory=set)

    def contact(self, row: Row) -> Contact:
        """Who is not known any more, or is nobody, counts as erased: nothing but a test goes to her."""
        found = self.contacts.get(row["profile_key"])
        return found or Contact(row["profile_key"], f"profiles/{row['profile']}", erased=True)

    def address(self, row: Row) -> str:
        return str(row["address"]) if row["test"] else addresses.address(self.contact(row), row["channel"])

    def case(self, row: Row, region: str) -> Case:
        contact, address = self.contact(row), self.address(row)
        desk, choices = self.desks.get(contact.key), self.choices.get(contact.key)
        wait_us = row["wait_until_us"]
        return Case(
            contact=contact,
            channel=row["channel"],
            message_class=row["class"],
            address=address,
            suppressions=self.suppressed.get(digest(row["channel"], address, region), ()),
            topic=self.topics.get(row["template"], ""),
            choices=choices or Choices(),
            desk=Desk(desk.open_tickets, desk.last_contact) if desk else Desk(),
            exempt_from_support_quiet_period=row["exempt_from_support_quiet_period"],
            uses=[use for id, use in self.uses.get(contact.key, {}).items() if id != row["id"]],
            campaign=row["campaign"],
            holdout_basis_points=row["holdout_basis_points"],
            received=(contact.key, row["campaign"]) in self.received,
            when_held_back=row["when_held_back"],
            wait_until=None if wait_us is None else moment(wait_us),
            test=row["test"],
        )


async def known(  # noqa: PLR0917 -- a batch, and what it is judged by
    connection: Connection,
    workspace: str,
    rows: Sequence[Row],
    contacts: Mapping[int, Contact],
    templates: Mapping[str, Row],
    rules: Rules,
    now_us: int,
) -> Known:
    """The customers are locked by whoever is going to act on it."""
    channel = rules.channel.channel
    topics = {slug: row["subscription_group"].rpartition("/")[2] for slug, row in templates.items()}
    found = Known(contacts, topics)
    keys = sorted({found.contact(row).key for row in rows if row["profile_key"]})
    marketing = any(row["class"] == "marketing" for row in rows)
    reached = sorted({digest(channel, found.address(row), rules.region) for row in rows})
    found.suppressed = await suppressions.of(connection, workspace, channel, reached)
    if marketing:
        found.desks = await people.desk(connection, workspace, keys)
        found.choices = await subscriptions.of(connection, workspace, keys)
        since_us = now_us - (caps.longest(rules.policy.caps) // MICROSECOND)
        found.uses = await cap_store.uses(connection, workspace, keys, since_us)
    pairs = {(found.contact(row).key, row["campaign"]) for row in rows if row["holdout_basis_points"]}
    found.received = await sends.received(connection, workspace, sorted(pairs))
    return found


def digest(channel: str, address: str, region: str) -> bytes:
    return addresses.digest(channel, addresses.normal(channel, address, region) or address)
