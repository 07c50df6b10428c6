"""Seeded traffic of a shop, with the sums that anybody could make of it on paper."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

Call = tuple[str, dict[str, Any]]


@dataclass
class Account:
    """What one customer did, as counted by the one who sent it."""

    user_id: str
    anonymous_id: str
    email: str
    message_ids: set[str] = field(default_factory=set)
    # Order id -> its sum, and what of it went back, in cents.
    orders: dict[str, int] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)

    def figures(self) -> tuple[int, int, int]:
        """How many activities, how many orders, and what these are worth in cents."""
        worth = sum(self.orders.values()) - sum(self.refunds.values())
        return len(self.message_ids), len(self.orders), worth


class Traffic:
    """*count* calls of an SDK by *customers*, the same for the same seed; *mark* makes their ids new."""

    def __init__(self, seed: int, mark: str, *, customers: int, count: int) -> None:
        self.random = Random(seed)
        self.mark = mark
        self.began = datetime.now(UTC) - timedelta(hours=1)
        self.accounts = [
            Account(f"user-{mark}-{one}", f"anon-{mark}-{one}", f"{one}-{mark}@example.com")
            for one in range(customers)
        ]
        self.calls: list[Call] = []
        # Everybody signs in at least once, some time.
        turns = [(account, self.sign_in) for account in self.accounts]
        turns += [
            (self.random.choice(self.accounts), self.random.choice(self.kinds()))
            for _ in range(count - customers)
        ]
        self.random.shuffle(turns)
        for account, kind in turns:
            method, arguments = kind(account)
            account.message_ids.add(arguments["message_id"])
            self.calls.append((method, arguments))

    def kinds(self) -> list[Any]:
        """What customers do; what stands here twice they do twice as often."""
        return [
            self.sign_in,
            *(self.look, self.look, self.look, self.look_unknown, self.look_unknown),
            *(self.buy, self.buy, self.buy_told_twice, self.give_back),
            *(self.repeat, self.repeat),
        ]

    def sign_in(self, account: Account) -> Call:
        traits = {"email": account.email, "visits": self.random.randrange(1000)}
        return "identify", self.stamped(
            user_id=account.user_id, anonymous_id=account.anonymous_id, traits=traits
        )

    def look(self, account: Account) -> Call:
        return "track", self.stamped(user_id=account.user_id, event="Product Viewed", properties=self.coat())

    def look_unknown(self, account: Account) -> Call:
        return "track", self.stamped(
            anonymous_id=account.anonymous_id, event="Product Viewed", properties=self.coat()
        )

    def buy(self, account: Account) -> Call:
        order_id = f"order-{self.mark}-{len(self.calls)}"
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
        made = [call for call in self.calls if call[1]["message_id"] in account.message_ids]
        return self.random.choice(made) if made else self.look(account)

    def order(self, account: Account, order_id: str) -> Call:
        properties = {"order_id": order_id, "total": account.orders[order_id] / 100, "currency": "EUR"}
        return "track", self.stamped(user_id=account.user_id, event="Order Completed", properties=properties)

    def coat(self) -> dict[str, Any]:
        number = self.random.randrange(50)
        return {"product_id": f"coat-{number}", "name": f"Coat {number}", "category": "Coats"}

    def stamped(self, **arguments: Any) -> dict[str, Any]:
        """With a message id, and a time of its own."""
        number = len(self.calls)
        return {
            **arguments,
            "message_id": f"{self.mark}-{number}",
            "timestamp": self.began + timedelta(seconds=number),
        }
