"""Seeded traffic of a shop, with the sums that anybody could make of it on paper."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median_high
from typing import Any

Call = tuple[str, dict[str, Any]]


@dataclass
class Account:
    """What one customer did, as counted by the one who sent it."""

    user_id: str
    anonymous_id: str
    email: str
    # She may be written to, and collects points: both from the beginning, or not at all.
    consents: bool
    collects: bool
    calls: list[Call] = field(default_factory=list)
    message_ids: set[str] = field(default_factory=set)
    # Order id -> its sum, and what of it went back, in cents.
    orders: dict[str, int] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    # When she looked at something; and what she said when about how often she was here.
    looks: list[datetime] = field(default_factory=list)
    visits: dict[datetime, int] = field(default_factory=dict)

    def figures(self) -> tuple[int, int]:
        """How many orders, and what these are worth in cents."""
        return len(self.orders), self.worth()

    def worth(self) -> int:
        return sum(self.orders.values()) - sum(self.refunds.values())

    def left(self, order_id: str) -> int:
        return self.orders[order_id] - self.refunds.get(order_id, 0)

    def earned(self) -> int:
        """Points: one for each whole euro that was paid and did not go back, order by order."""
        return sum(self.left(order_id) // 100 for order_id in self.orders)

    def last_visits(self) -> int:
        return self.visits[max(self.visits)]

    def looked(self, since: datetime, until: datetime) -> int:
        return sum(since <= look < until for look in self.looks)


class Traffic:
    """*count* calls of an SDK by *customers*, the same for the same seed; *mark* makes their ids new.

    Before them come the `openings`, by which those are known who consent or collect.
    """

    def __init__(self, seed: int, mark: str, *, customers: int, count: int) -> None:
        self.random, self.mark, self.made = Random(seed), mark, 0
        self.began = datetime.now(UTC) - timedelta(minutes=30)
        self.accounts = [self.account(one) for one in range(customers)]
        self.openings = [self.taken(one, self.open) for one in self.accounts if one.consents or one.collects]
        # Everybody signs in at least once, some time.
        turns = [(account, self.sign_in) for account in self.accounts]
        turns += [
            (self.random.choice(self.accounts), self.random.choice(self.kinds()))
            for _ in range(count - customers)
        ]
        self.random.shuffle(turns)
        self.calls = [self.taken(account, kind) for account, kind in turns]

    def account(self, number: int) -> Account:
        """Of four customers one does nothing beside shopping, and one each of what the others do."""
        return Account(
            f"user-{self.mark}-{number}",
            f"anon-{self.mark}-{number}",
            f"{number}@{self.mark}.example",
            consents=number % 4 in {1, 3},
            collects=number % 4 in {2, 3},
        )

    def taken(self, account: Account, kind: Any) -> Call:
        call: Call = kind(account)
        account.message_ids.add(call[1]["message_id"])
        account.calls.append(call)
        return call

    def kinds(self) -> list[Any]:
        """What customers do; what stands here twice they do twice as often."""
        return [
            self.sign_in,
            *(self.look, self.look, self.look, self.look_unknown, self.look_unknown),
            *(self.buy, self.buy, self.buy_told_twice, self.give_back),
            *(self.repeat, self.repeat),
        ]

    def open(self, account: Account) -> Call:
        """The first that is known of her. Her visits without a name are found to be hers later."""
        traits = {"consent": {"email": True}} if account.consents else {}
        return self.known(account, traits, user_id=account.user_id)

    def sign_in(self, account: Account) -> Call:
        return self.known(account, {}, user_id=account.user_id, anonymous_id=account.anonymous_id)

    def known(self, account: Account, traits: dict[str, Any], **ids: str) -> Call:
        visits = self.random.randrange(1000)
        arguments = self.stamped(**ids, traits={"email": account.email, "visits": visits, **traits})
        account.visits[arguments["timestamp"]] = visits
        return "identify", arguments

    def look(self, account: Account) -> Call:
        return self.looked(account, user_id=account.user_id)

    def look_unknown(self, account: Account) -> Call:
        return self.looked(account, anonymous_id=account.anonymous_id)

    def looked(self, account: Account, **ids: str) -> Call:
        arguments = self.stamped(**ids, event="Product Viewed", properties=self.coat())
        account.looks.append(arguments["timestamp"])
        return "track", arguments

    def buy(self, account: Account) -> Call:
        order_id = f"order-{self.mark}-{self.made}"
        account.orders[order_id] = self.random.randrange(100, 50_000)
        return self.order(account, order_id)

    def buy_told_twice(self, account: Account) -> Call:
        """Browser and server report the same order under different message ids."""
        return (
            self.order(account, self.random.choice([*account.orders]))
            if account.orders
            else self.buy(account)
        )

    def give_back(self, account: Account) -> Call:
        whole = [one for one in account.orders if one not in account.refunds]
        if not whole:
            return self.buy(account)
        order_id = self.random.choice(whole)
        account.refunds[order_id] = self.random.randrange(1, account.orders[order_id] + 1)
        properties = {"order_id": order_id, "total": account.refunds[order_id] / 100}
        return "track", self.stamped(user_id=account.user_id, event="Order Refunded", properties=properties)

    def repeat(self, account: Account) -> Call:
        """A call that was made before, under the same message id."""
        return self.random.choice(account.calls) if account.calls else self.look(account)

    def order(self, account: Account, order_id: str) -> Call:
        properties = {"order_id": order_id, "total": account.orders[order_id] / 100, "currency": "EUR"}
        return "track", self.stamped(user_id=account.user_id, event="Order Completed", properties=properties)

    def coat(self) -> dict[str, Any]:
        number = self.random.randrange(50)
        return {"product_id": f"coat-{number}", "name": f"Coat {number}", "category": "Coats"}

    def stamped(self, **arguments: Any) -> dict[str, Any]:
        """With a message id, and a time of its own."""
        self.made += 1
        return {
            **arguments,
            "message_id": f"{self.mark}-{self.made}",
            "timestamp": self.began + self.made * STEP,
        }

    def stretch(self) -> tuple[datetime, datetime]:
        """The middle half of all that time."""
        return self.began + self.made // 4 * STEP, self.began + 3 * self.made // 4 * STEP

    def often(self) -> int:
        """As often as about half of them looked at something in that stretch."""
        return max(1, median_high(each.looked(*self.stretch()) for each in self.accounts))

    def much(self) -> int:
        """As many whole euros as about half of them spent."""
        return max(1, median_high(each.worth() for each in self.accounts) // 100)

    def buyers(self) -> Sequence[Account]:
        return [each for each in self.accounts if each.orders]


# All of it has happened by now, also of the longest traffic.
STEP = timedelta(milliseconds=50)
