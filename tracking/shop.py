"""A shop that never was: what its visitors did, the same for the same seed; for demos, tests, benchmarks."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any

from tracking.instant import microseconds
from tracking.shop_catalogue import catalogue, zipf
from tracking.shop_people import person
from tracking.shop_visit import Stroll, stroll

Payload = dict[str, Any]


class Shop:
    """Iterating yields what its visitors did in the *days* before *now*, as the tracking API takes it.

    In the order in which it would arrive: by time, but for the few that come late or twice.
    """

    def __init__(self, seed: int, customers: int, days: int, now: datetime) -> None:
        assert customers > 0, "a shop without customers sells nothing"
        assert days > 0, "a shop without a past has no events"
        self.seed, self.customers, self.days = seed, customers, days
        self._now_us = microseconds(now)
        self._products = catalogue(seed)
        self._product_weights = zipf(len(self._products), 0.9)
        self._customer_weights = zipf(customers, 0.6)

    def __iter__(self) -> Iterator[Payload]:
        """The whole past: every customer comes about once in ten days, some far more often than others."""
        return self._arrivals(max(self.customers, round(self.customers * self.days * VISITS_A_DAY)))

    def events(self, count: int) -> Iterator[Payload]:
        """Exactly *count* events of the same days, however many visits that takes."""
        return islice(self._arrivals(count // EVENTS_A_VISIT_AT_LEAST + 1), count)

    def _arrivals(self, visits: int) -> Iterator[Payload]:
        """Merges visits that overlap: an event waits until no visit can begin before it."""
        waiting: list[tuple[int, int, Payload]] = []
        first_us = self._now_us - self.days * DAY_US
        step_us = self.days * DAY_US // visits
        number = 0
        for visit in range(visits):
            begin_us = first_us + visit * step_us
            while waiting and waiting[0][0] < begin_us:
                yield heapq.heappop(waiting)[2]
            for arrive_us, event in self._visit(visit, begin_us, step_us):
                number += 1
                heapq.heappush(waiting, (arrive_us, number, event))
        while waiting:
            yield heapq.heappop(waiting)[2]

    def _visit(self, visit: int, begin_us: int, step_us: int) -> Iterator[tuple[int, Payload]]:
        """The events of one visit with the time each arrives: some late, some twice, none after now."""
        rng = Random(f"visit/{self.seed}/{visit}")  # noqa: S311 -- it must be predictable
        # Everybody comes once; after that the regulars come more often than the others.
        number = visit if visit < self.customers else self._somebody(rng)
        walk = Stroll(
            rng=rng,
            person=person(self.seed, number),
            products=self._products,
            weights=self._product_weights,
            number=visit,
            time_us=begin_us + rng.randrange(max(1, step_us)),
            until_us=self._now_us,
        )
        for time_us, event in stroll(walk):
            arrive_us = time_us
            if rng.random() < LATE:
                arrive_us += rng.randrange(HOUR_US, 2 * DAY_US)
            yield min(arrive_us, self._now_us), event
            if rng.random() < REPEATED:
                yield min(arrive_us + rng.randrange(MINUTE_US, HOUR_US), self._now_us), event

    def _somebody(self, rng: Random) -> int:
        return rng.choices(range(self.customers), cum_weights=self._customer_weights)[0]


VISITS_A_DAY = 0.1
EVENTS_A_VISIT_AT_LEAST = 2
LATE = 0.05
REPEATED = 0.05
MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
