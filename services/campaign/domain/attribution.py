"""How much of an order each message is credited with. Pure: the same touches come to the same, in any order.

A message was touched when a person opened it or followed one of its links, a window of time or less before
the order. Each message counts once: by its last click in time, else by its last open.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID


class Model(IntEnum):
    """As the proto numbers them."""

    LAST_TOUCH = 1
    FIRST_TOUCH = 2
    LINEAR = 3
    # Half as much for every two days earlier.
    TIME_DECAY = 4
    # Two fifths to the first and the last each, the rest alike to those between; alike when there are two.
    POSITION = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """What a workspace decided; as it is here, when nobody said anything. Windows in microseconds."""

    model: Model = Model.LAST_TOUCH
    # By channel, in lower case. One that is not named has none.
    clicks: Mapping[str, int] = field(default_factory=lambda: CLICKS)
    opens: Mapping[str, int] = field(default_factory=lambda: OPENS)

    @property
    def longest(self) -> int:
        return max(0, *self.clicks.values(), *self.opens.values())


class Touch(NamedTuple):
    """A person opened a message, or followed one of its links."""

    time_us: int
    send: UUID
    channel: str
    clicked: bool


class Purchase(NamedTuple):
    """An order as it stands. Sums are in minor units of its currency."""

    name: str
    profile_key: int
    revision: int
    order_us: int
    currency: str
    gross: int
    # Never more than `gross`.
    refunded: int
    cancelled: bool

    @property
    def net(self) -> int:
        """What its credits add up to."""
        return 0 if self.cancelled else self.gross - self.refunded


class Credit(NamedTuple):
    """A message's share of an order, net of refunds."""

    touch: Touch
    amount: int


def credits_of(purchase: Purchase, seen: Sequence[Touch], rules: Rules) -> list[Credit]:
    """*seen* is sorted, and may hold all that she ever touched. Nobody is credited with what was called off.

    What went back is shared as the order was: so a refund never adds to anybody's share.
    """
    touches = within(purchase.order_us, seen, rules)
    if purchase.cancelled or not touches:
        return []
    weights = weigh(rules.model, [touch.time_us for touch in touches])
    given = shares(purchase.gross, weights)
    back = shares(purchase.refunded, given) if purchase.refunded else [0] * len(given)
    return [
        Credit(touch, mine - returned)
        for touch, weight, mine, returned in zip(touches, weights, given, back, strict=True)
        if weight
    ]


def within(order_us: int, seen: Sequence[Touch], rules: Rules) -> list[Touch]:
    """One touch of each message, oldest first: those that count for an order placed then."""
    start = bisect_left(seen, order_us - rules.longest, key=when)
    end = bisect_right(seen, order_us, key=when)
    last: dict[UUID, Touch] = {}
    for touch in seen[start:end]:
        window = (rules.clicks if touch.clicked else rules.opens).get(touch.channel, 0)
        if order_us - touch.time_us >= window:
            continue
        before = last.get(touch.send)
        if before is None or touch.clicked >= before.clicked:
            last[touch.send] = touch
    return sorted(last.values())[-MOST_TOUCHES:]


def when(touch: Touch) -> int:
    return touch.time_us


def weigh(model: Model, times: Sequence[int]) -> list[int]:
    """What each of these touches weighs, by when it was; oldest first. At least one weighs something."""
    count = len(times)
    assert count, "there is somebody to credit"
    match model:
        case Model.LAST_TOUCH:
            return [0] * (count - 1) + [1]
        case Model.FIRST_TOUCH:
            return [1] + [0] * (count - 1)
        case Model.LINEAR:
            return [1] * count
        case Model.TIME_DECAY:
            return [round(WHOLE * 0.5 ** ((times[-1] - each) / HALF_LIFE_US)) for each in times]
        case Model.POSITION if count > 2:
            # As whole numbers: 2/5, then 1/5 shared by those between.
            between = count - 2
            return [2 * between, *[1] * between, 2 * between]
    return [1] * count


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """*amount* in parts that add up to it: what is left of whole parts goes to the largest remainders.

    Of equal ones the first is served first.
    """
    assert amount >= 0, "what is shared is there"
    total = sum(weights)
    assert total or not amount, "somebody has to get it"
    if not total:
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    left = amount - sum(parts)
    largest = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % total), place))
    for place in largest[:left]:
        parts[place] += 1
    return parts


def rules_of(
    model: Model, clicks: Iterable[tuple[str, int]] = (), opens: Iterable[tuple[str, int]] = ()
) -> Rules:
    """What was decided, over what holds where nothing was. A window of no length credits nothing."""
    return Rules(model, {**CLICKS, **dict(clicks)}, {**OPENS, **dict(opens)})


DAY_US = timedelta(days=1) // timedelta(microseconds=1)
CLICKS: Mapping[str, int] = {"email": 5 * DAY_US, "sms": 5 * DAY_US, "push": DAY_US, "web_push": DAY_US}
OPENS: Mapping[str, int] = {"email": 5 * DAY_US}
HALF_LIFE_US = 2 * DAY_US
# The weight of the last touch, when earlier ones weigh less.
WHOLE = 1_000_000_000
# Of more, the last ones count.
MOST_TOUCHES = 1000
