"""Who carries the messages of a workspace: its own providers, or for e-mail the mail server of the house."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.errors import Invalid
from chassis.hottx import Connection
from services.campaign.channels.adapters import speaking
from services.campaign.channels.health import Bucket, Circuit, Health, Monotonic
from services.campaign.channels.provider import Provider
from services.campaign.channels.smtp import Smtp
from services.campaign.channels.smtp_settings import from_url
from services.campaign.domain.outgoing import HandedOver, Outgoing, Refused, Uncertain
from services.campaign.store import providers as store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A provider, with how much it is given. What it was handed is its own: nobody else sends it again."""

    slug: str
    channel: str
    rank: int
    enabled: bool
    provider: Provider
    bucket: Bucket
    circuit: Circuit

    @property
    def name(self) -> str:
        return f"providers/{self.slug}"

    async def hand_over(self, message: Outgoing) -> HandedOver:
        """Refused for now, too, when its rate is used up, or it is left alone for a while."""
        if wait := self.circuit.wait():
            sentence = f"{self.name} has failed again and again, and is left alone for a while."
            raise Refused(sentence, permanent=False, code=CIRCUIT, retry_after_seconds=wait)
        if wait := self.bucket.take():
            sentence = f"{self.name} is given no more than its rate."
            raise Refused(sentence, permanent=False, code=RATE, retry_after_seconds=wait)
        self.circuit.begin()
        try:
            handed_over = await self.provider.hand_over(message)
        except Refused as refused:
            (self.circuit.failed if refused.about_provider else self.circuit.abandoned)()
            raise
        except Uncertain:
            self.circuit.failed()
            raise
        except BaseException:
            self.circuit.abandoned()
            raise
        self.circuit.worked()
        return handed_over


@dataclass(frozen=True, slots=True)
class Known:
    """The providers of one workspace, as they were read."""

    read_at: float
    # By slug: of which form of the row it was made, and by rank.
    carriers: Mapping[str, tuple[object, Carrier]]
    # Those that are its own, even where none of them is used.
    channels: frozenset[str]


class Providers:
    """Holds connections, rates and circuits over many messages; reads the table again every few seconds."""

    def __init__(
        self,
        *,
        smtp_url: str | None,
        smtp_lookup_url: str | None,
        seconds: float,
        clock: Clock,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._seconds, self._clock, self._monotonic = seconds, clock, monotonic
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._retired: list[tuple[float, Provider]] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._default = self._of_the_house(smtp_url, smtp_lookup_url) if smtp_url else None

    async def for_channel(self, connection: Connection, workspace: str, channel: str) -> list[Carrier]:
        """Those that are used, the first to be tried first. Empty: nothing goes out on this channel."""
        known = await self._fresh(connection, workspace)
        if channel not in known.channels:
            return [self._default] if self._default and channel == self._default.channel else []
        carriers = (carrier for _, carrier in known.carriers.values())
        return [each for each in carriers if each.channel == channel and each.enabled]

    async def carrier(self, connection: Connection, workspace: str, slug: str) -> Carrier | None:
        """The one that was handed a message, used or not; None when it is gone."""
        if slug == DEFAULT:
            return self._default
        _, carrier = (await self._fresh(connection, workspace)).carriers.get(slug, NOBODY)
        return carrier

    def health(self, workspace: str, slug: str) -> Health:
        """As this process has seen it."""
        known = self._known.get(workspace)
        _, carrier = known.carriers.get(slug, NOBODY) if known else NOBODY
        return carrier.circuit.health if carrier else Health.UNKNOWN

    async def close(self) -> None:
        held = [carrier.provider for known in self._known.values() for _, carrier in known.carriers.values()]
        held += [provider for _, provider in self._retired]
        if self._default:
            held.append(self._default.provider)
        self._known.clear()
        self._retired.clear()
        await asyncio.gather(*self._closing, *(provider.close() for provider in held))

    async def _fresh(self, connection: Connection, workspace: str) -> Known:
        known = self._known.get(workspace)
        if known and self._monotonic() - known.read_at < REFRESH_SECONDS:
            self._known.move_to_end(workspace)
            return known
        rows = await store.all_of(connection, workspace)
        known = self._taken(workspace, rows)
        self._close_retired()
        return known

    def _taken(self, workspace: str, rows: Sequence[store.Row]) -> Known:
        """What did not change keeps its connections and its circuit."""
        before = self._known.pop(workspace, None)
        old = dict(before.carriers) if before else {}
        carriers: dict[str, tuple[object, Carrier]] = {}
        for row in rows:
            form = (row["create_time"], row["revision"])
            kept = old.get(row["slug"], NOBODY)
            if kept[0] == form:
                carriers[row["slug"]] = old.pop(row["slug"])
            elif carrier := self._carrier(workspace, row):
                carriers[row["slug"]] = form, carrier
        known = Known(self._monotonic(), carriers, frozenset(row["channel"] for row in rows))
        self._known[workspace] = known
        self._retire(old)
        while len(self._known) > MOST_WORKSPACES:
            _, forgotten = self._known.popitem(last=False)
            self._retire(forgotten.carriers)
        return known

    def _carrier(self, workspace: str, row: store.Row) -> Carrier | None:
        try:
            provider = speaking(
                row["adapter"],
                row["settings"],
                store.secrets_of(row),
                clock=self._clock,
                seconds=self._seconds,
            )
        except Invalid as unfit:
            log.warning("providers/%s of %s cannot be used: %s", row["slug"], workspace, unfit.message)
            return None
        return self._with(provider, row["slug"], row["channel"], row["rank"], row)

    def _with(self, provider: Provider, slug: str, channel: str, rank: int, row: store.Row | None) -> Carrier:
        return Carrier(
            slug=slug,
            channel=channel,
            rank=rank,
            enabled=row is None or row["enabled"],
            provider=provider,
            bucket=Bucket(row["rate_per_second"] if row else 0, self._monotonic),
            circuit=Circuit(self._monotonic),
        )

    def _of_the_house(self, smtp_url: str, lookup_url: str | None) -> Carrier:
        smtp = Smtp(from_url(smtp_url, lookup_url), clock=self._clock, seconds=self._seconds)
        return self._with(smtp, DEFAULT, "email", 0, None)

    def _retire(self, carriers: Mapping[str, tuple[object, Carrier]]) -> None:
        now = self._monotonic()
        self._retired += [(now, carrier.provider) for _, carrier in carriers.values()]

    def _close_retired(self) -> None:
        """Those that nobody can be using any more; aside, for whoever asks is within a transaction."""
        before = self._monotonic() - 2 * self._seconds
        done = [provider for at, provider in self._retired if at < before]
        self._retired = [(at, provider) for at, provider in self._retired if at >= before]
        for provider in done:
            closing = asyncio.create_task(provider.close(), name="a provider that is used no more")
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)


# The slug of the house's own mail server. No workspace may give it to another.
DEFAULT = "default"
NOBODY: tuple[object, None] = (None, None)
# Codes of refusals that are our own, and say nothing of the provider.
CIRCUIT, RATE = "CIRCUIT_OPEN", "RATE_LIMITED"
REFRESH_SECONDS = 2.0
MOST_WORKSPACES = 500
