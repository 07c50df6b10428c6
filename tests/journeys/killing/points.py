"""Whether every ledger sums to zero and says of every order what it earned."""

import asyncio
from collections import Counter
from typing import Any

from tests.journeys.killing.errands import ASIDE, GIFT, Errands
from tests.journeys.killing.ground import PROGRAMME, Ground
from tests.journeys.killing.profiles import Figures
from tests.journeys.killing.traffic import Account, Traffic


async def points_are_right(ground: Ground, traffic: Traffic, errands: Errands, of: dict[str, str]) -> Figures:
    members = errands.collecting()
    accounts = await ground.caller.everything(f"/v1/{PROGRAMME}/accounts")
    by_profile = {one["profile"]: one for one in accounts}
    assert len(accounts) == len(by_profile)
    assert by_profile.keys() == {of[account.user_id] for account in members}
    entries, total = 0, 0
    for account in members:
        held = by_profile[of[account.user_id]]
        expected = account.earned() + errands.points[account.user_id] - errands.spent[account.user_id]
        assert expected == balance(held), account.user_id
        entries += await statement_is_right(ground, account, held["name"], errands)
        total += expected
    owed = await ground.caller.get(f"/v1/{PROGRAMME}/liability")
    [currency] = owed["currencies"]
    assert total == int(currency["closing_points"])
    issued = sum(one.earned() for one in members) + errands.points.total()
    assert (issued, errands.spent.total()) == (
        int(currency["issued_points"]),
        int(currency["redeemed_points"]),
    )
    return {
        "members of the programme": len(members),
        "journal entries, each summing to zero": entries,
        "points issued": issued,
        "points redeemed": errands.spent.total(),
    }


def balance(held: dict[str, Any]) -> int:
    [one] = held["balances"]
    assert "0" == one["reserved_points"] == one["pending_points"]
    return int(one["active_points"]) - int(one["debt_points"])


async def statement_is_right(ground: Ground, account: Account, name: str, errands: Errands) -> int:
    """Every entry's postings sum to zero; every order earned once, and what went back was taken back."""
    listed = await ground.caller.everything(f"/v1/{name}/entries")
    assert len(listed) == len({one["name"] for one in listed})
    places: Counter[str] = Counter()
    by_source: Counter[tuple[str, str]] = Counter()
    gate = asyncio.Semaphore(AT_ONCE)

    async def look(entry: str) -> None:
        async with gate:
            whole = await ground.caller.get(f"/v1/{entry}")
        postings = [(one["place"], int(one["points"])) for one in whole["postings"]]
        assert len(postings) >= 2 or whole["kind"] not in MOVING, whole
        assert 0 == sum(points for _, points in postings), whole
        for place, points in postings:
            places[place] += points
            if place == "PROGRAMME_ISSUED":
                by_source[whole["kind"], whole["source"]] -= points

    await asyncio.gather(*(look(one["name"]) for one in listed))
    assert 0 == places.total()
    earned = Counter(one["source"] for one in listed if one["kind"] == "EARN")
    expected = Counter(f"orders/{id}" for id, total in account.orders.items() if total // 100)
    assert expected + Counter({"welcome": 1}) == earned
    for id, total in account.orders.items():
        taken = total // 100 - account.left(id) // 100
        about = by_source["EARN", f"orders/{id}"], -by_source["CLAW_BACK", f"orders/{id}"]
        assert (total // 100, taken) == about, (account.user_id, id)
    kinds = Counter(one["kind"] for one in listed)
    spent = errands.spent[account.user_id]
    assert (1, bool(spent), GIFT) == (kinds["RESERVE"], kinds["CONFIRM"], by_source["EARN", "welcome"])
    assert spent == places["PROGRAMME_REDEEMED"] <= ASIDE
    return len(listed)


MOVING = {"EARN", "CLAW_BACK", "RESERVE", "CONFIRM", "RELEASE"}
AT_ONCE = 4
