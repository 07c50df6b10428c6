"""How many calls a key may make: a token bucket for each, refilled by a clock that only goes forward."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .recent import Recent


@dataclass(slots=True)
class Bucket:
    level: float
    time: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key has left. `retry_after_seconds` is zero when this call may pass."""

    policy: str
    remaining: int
    full_in_seconds: int
    retry_after_seconds: int

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """As draft-ietf-httpapi-ratelimit-headers-10 writes them."""
        name = self.policy.partition(";")[0]
        state = f"{name};r={self.remaining};t={self.full_in_seconds}"
        return [(b"ratelimit-policy", self.policy.encode()), (b"ratelimit", state.encode())]


class Limits:
    """Buckets of one policy. Those unused longest are forgotten first, which can only favour their key."""

    def __init__(
        self, name: str, *, per_second: float, burst: int, monotonic: Callable[[], float], keys: int = 10_000
    ) -> None:
        assert per_second > 0, "a limit of nothing is a closed door"
        assert burst >= 1, "a bucket must hold one call"
        self._per_second, self._burst, self._monotonic = per_second, burst, monotonic
        self._policy = f'"{name}";q={burst};w={math.ceil(burst / per_second)}'
        self._buckets: Recent[str, Bucket] = Recent(keys)

    def take(self, key: str, cost: int = 1) -> Allowance:
        """Takes *cost* from the key's bucket, or nothing when it would not do.

        A cost larger than the bucket passes when the bucket is full and leaves a debt: a large batch is
        slowed down, never refused for good.
        """
        bucket = self._bucket(key)
        missing = min(cost, self._burst) - bucket.level
        if missing <= 0:
            bucket.level -= cost
        return Allowance(
            policy=self._policy,
            remaining=max(0, math.floor(bucket.level)),
            full_in_seconds=math.ceil((self._burst - bucket.level) / self._per_second),
            retry_after_seconds=math.ceil(missing / self._per_second) if missing > 0 else 0,
        )

    def _bucket(self, key: str) -> Bucket:
        """The key's bucket, filled up to this moment."""
        now = self._monotonic()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = Bucket(level=float(self._burst), time=now)
            self._buckets.put(key, bucket)
        bucket.level = min(float(self._burst), bucket.level + (now - bucket.time) * self._per_second)
        bucket.time = now
        return bucket
