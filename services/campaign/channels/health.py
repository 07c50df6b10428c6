"""How much a provider is given: as much as it may have, and less when it fails."""

from collections.abc import Callable
from enum import Enum

Monotonic = Callable[[], float]


class Health(Enum):
    """As the protos have it."""

    UNKNOWN = 0
    WORKING = 1
    FALTERING = 2
    OPEN_CIRCUIT = 3


class Bucket:
    """At most so many a second, and a second's worth at once. 0 is no limit. Each process has its own."""

    def __init__(self, per_second: float, monotonic: Monotonic) -> None:
        self._per_second, self._monotonic = per_second, monotonic
        self._most = max(1.0, per_second)
        self._tokens, self._at = self._most, monotonic()

    def take(self) -> float:
        """0, when one was taken; otherwise after how many seconds there is one."""
        if not self._per_second:
            return 0
        self._fill()
        if self._tokens < 1:
            return (1 - self._tokens) / self._per_second
        self._tokens -= 1
        return 0

    def available(self) -> int | None:
        """How many may be taken now; None without a limit."""
        if not self._per_second:
            return None
        self._fill()
        return int(self._tokens)

    def _fill(self) -> None:
        now = self._monotonic()
        self._tokens = min(self._most, self._tokens + (now - self._at) * self._per_second)
        self._at = now


class Circuit:
    """Opens when a provider fails again and again; then one message at a time finds out whether it is back.

    Each failure while it is open doubles the pause, up to a bound; the first success ends it.
    """

    def __init__(self, monotonic: Monotonic) -> None:
        self._monotonic = monotonic
        self._failures, self._pause = 0, FIRST_PAUSE_SECONDS
        self._opens_at: float | None = None
        self._trying = False
        self.health = Health.UNKNOWN

    def wait(self) -> float:
        """0, when it may be given a message; otherwise after how many seconds to ask again."""
        if self._opens_at is None:
            return 0
        left = self._opens_at - self._monotonic()
        return left if left > 0 else BRIEFLY_SECONDS if self._trying else 0

    def begin(self) -> None:
        """Comes before each message; `worked`, `failed` or `abandoned` comes after it."""
        self._trying = self._trying or self._opens_at is not None

    def abandoned(self) -> None:
        """It ended without saying anything of the provider."""
        self._trying = False

    def worked(self) -> None:
        self._failures, self._pause, self._opens_at = 0, FIRST_PAUSE_SECONDS, None
        self._trying, self.health = False, Health.WORKING

    def failed(self) -> None:
        self._failures += 1
        tried, self._trying = self._trying, False
        if self._opens_at is not None and not tried:
            # One of those that were on their way when it opened.
            return
        if self._opens_at is None and self._failures < FAILURES:
            self.health = Health.FALTERING
            return
        if self._opens_at is not None:
            self._pause = min(self._pause * 2, MOST_PAUSE_SECONDS)
        self._opens_at, self.health = self._monotonic() + self._pause, Health.OPEN_CIRCUIT


FAILURES = 5
FIRST_PAUSE_SECONDS, MOST_PAUSE_SECONDS = 1.0, 300.0
BRIEFLY_SECONDS = 0.5
