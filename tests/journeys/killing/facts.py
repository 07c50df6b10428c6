"""What was told of one workspace since it was opened, read from the streams when all is over."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import symbol_database
from google.protobuf.message import Message
from nats.js.api import AckPolicy, ConsumerConfig

from tests.journeys.house import connected
from tests.journeys.killing.ground import Ground


@dataclass
class Facts:
    """Each once by its id: as hearers count them, who keep the ids of what they heard."""

    facts: dict[str, Message] = field(default_factory=dict)
    # Messages that repeat one, which hearers pass over.
    repeated: int = 0

    def of(self, *kinds: type[Message]) -> Iterator[Any]:
        return (fact for fact in self.facts.values() if isinstance(fact, kinds))

    def about(self, kind: str) -> dict[str, Any]:
        """Those of one service that name a customer, by their ids."""
        return {
            id: fact
            for id, fact in self.facts.items()
            if fact.DESCRIPTOR.full_name.startswith(f"rapport.{kind}.") and getattr(fact, "profile", "")
        }


async def facts_told(ground: Ground) -> Facts:
    told = Facts()
    async with connected(ground.house.nats_url) as bus:
        js = bus.jetstream()
        for stream in ("PROFILE", "SEGMENT", "CAMPAIGN", "SUPPORT", "LOYALTY"):
            about = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=60)
            subject = f"rapport.{stream.lower()}.v1.*.{ground.workspace}"
            reader = await js.pull_subscribe(subject, stream=stream, config=about)
            left = (await reader.consumer_info()).num_pending or 0
            while left:
                for message in await reader.fetch(min(left, 500), timeout=30):
                    take(told, message.headers or {}, message.data)
                    left -= 1
            await reader.unsubscribe()
    return told


def take(told: Facts, headers: dict[str, str], data: bytes) -> None:
    kind = symbol_database.Default().GetSymbol(headers["ce-type"])
    told.repeated += headers["ce-id"] in told.facts
    told.facts.setdefault(headers["ce-id"], kind.FromString(data))


def once(counted: Counter[Any], expected: set[Any]) -> None:
    """Each that should be there is there once, and nothing else is."""
    assert not (lost := expected - counted.keys()), f"{len(lost)} are missing: {sorted(lost)[:5]}"
    assert not (more := counted.keys() - expected), f"{len(more)} are too many: {sorted(more)[:5]}"
    assert not (twice := [each for each, times in counted.items() if times > 1]), (
        f"more than once: {twice[:5]}"
    )
