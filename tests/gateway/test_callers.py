"""Who is asking: keys, what they open, and what happens when we cannot know."""

import asyncio
import base64

import asyncpg
import pytest
from rapport.gateway.v1 import gateway_pb2 as pb

from chassis.errors import Denied, Unauthenticated, Unavailable
from gateway import keys
from gateway.callers import Callers, Holder, shown_key
from tests.gateway.conftest import OPERATOR_KEY, Ticks

KEY = keys.key_text(pb.SECRET, "acme", "r" * 43)
ADA = Holder("acme", "keys/ada", frozenset({"profiles.read"}))
EVERYTHING = Holder("acme", "keys/root", frozenset({"*"}))
BROWSER = Holder("acme", "keys/web", frozenset(), capture_only=True)


class Lookup:
    """What the database would say; and how often it was asked."""

    def __init__(self, holder: Holder | None) -> None:
        self.holder, self.asked = holder, 0
        self.fault: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, workspace: str, digest: bytes) -> Holder | None:
        self.asked += 1
        await self.open.wait()
        if self.fault:
            raise self.fault
        return self.holder


def callers(lookup: Lookup, ticks: Ticks) -> Callers:
    return Callers(lookup, pepper=b"pepper", operator_key=OPERATOR_KEY, monotonic=ticks)


async def test_a_key_is_looked_up_once_in_five_seconds(ticks):
    lookup = Lookup(ADA)
    known = callers(lookup, ticks)
    assert ADA == await known.holder(KEY) == await known.holder(KEY)
    assert 1 == lookup.asked
    ticks.forward(5)
    await known.holder(KEY)
    assert 2 == lookup.asked


async def test_a_deleted_key_is_refused_within_five_seconds(ticks):
    lookup = Lookup(ADA)
    known = callers(lookup, ticks)
    await known.holder(KEY)
    lookup.holder = None
    ticks.forward(4.9)
    assert ADA == await known.holder(KEY)
    ticks.forward(0.1)
    with pytest.raises(Unauthenticated):
        await known.holder(KEY)


async def test_nobody_is_remembered_too_but_not_for_longer(ticks):
    lookup = Lookup(None)
    known = callers(lookup, ticks)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await known.holder(KEY)
    assert 1 == lookup.asked
    lookup.holder = ADA
    ticks.forward(5)
    assert ADA == await known.holder(KEY)


async def test_what_cannot_be_a_key_is_not_looked_up(ticks):
    lookup = Lookup(ADA)
    for text in (
        "",
        "sk",
        "sk_acme_short",
        "sk_ACME_" + "r" * 43,
        "sk_a'b_" + "r" * 43,
        "schlüssel",
        "pk" + KEY[2:],
    ):
        with pytest.raises(Unauthenticated):
            await callers(lookup, ticks).holder(text)
    assert 0 == lookup.asked


@pytest.mark.parametrize(
    "fault", [ConnectionRefusedError(), TimeoutError(), asyncpg.CannotConnectNowError("starting")]
)
async def test_while_the_database_is_away_an_older_answer_holds_for_a_minute(ticks, fault):
    lookup = Lookup(ADA)
    known = callers(lookup, ticks)
    await known.holder(KEY)
    lookup.fault = fault
    ticks.forward(59)
    assert ADA == await known.holder(KEY)
    ticks.forward(1)
    with pytest.raises(Unavailable) as no:
        await known.holder(KEY)
    assert no.value.retry_after_seconds


async def test_a_key_never_seen_is_not_refused_while_the_database_is_away(ticks):
    lookup = Lookup(ADA)
    lookup.fault = ConnectionRefusedError()
    known = callers(lookup, ticks)
    with pytest.raises(Unavailable):
        await known.holder(KEY)
    lookup.fault = None
    assert ADA == await known.holder(KEY)


async def test_a_bug_in_the_look_up_is_no_outage(ticks):
    lookup = Lookup(ADA)
    known = callers(lookup, ticks)
    await known.holder(KEY)
    lookup.fault = KeyError("bug")
    ticks.forward(6)
    with pytest.raises(KeyError):
        await known.holder(KEY)


async def test_many_who_wait_for_one_key_ask_once_and_who_leaves_stops_nobody(ticks):
    lookup = Lookup(ADA)
    known = callers(lookup, ticks)
    lookup.open.clear()
    first, *others = [asyncio.create_task(known.holder(KEY)) for _ in range(10)]
    await asyncio.sleep(0)
    first.cancel()
    lookup.open.set()
    assert [ADA] * 9 == await asyncio.gather(*others)
    assert 1 == lookup.asked


async def test_the_operators_key_opens_the_installation_and_nothing_else(ticks):
    operator = await callers(Lookup(None), ticks).holder(OPERATOR_KEY)
    operator.require("installation.write")
    assert "" == operator.workspace
    with pytest.raises(Denied, match="SCOPE_MISSING"):
        operator.require("profiles.read")


def test_a_star_is_every_right_in_a_workspace_and_none_over_the_installation():
    EVERYTHING.require("profiles.write")
    with pytest.raises(Denied, match="SCOPE_MISSING"):
        EVERYTHING.require("installation.write")


def test_a_scope_is_not_a_prefix():
    ADA.require("profiles.read")
    with pytest.raises(Denied, match="SCOPE_MISSING"):
        ADA.require("profiles.write")


def test_a_write_key_only_captures():
    with pytest.raises(Denied, match="WRITE_KEY_ONLY_CAPTURES"):
        BROWSER.require("profiles.read")


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize("header", [f"Bearer {KEY}", f"bearer  {KEY} ", basic(f"{KEY}:"), basic(KEY)])
def test_a_key_is_shown_as_bearer_or_as_basic_user(header):
    assert KEY == shown_key(header)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", KEY, "Basic !!", basic(""), basic("ada:secret"), "Digest x"]
)
def test_other_ways_to_show_a_key_are_refused_as_such(header):
    with pytest.raises(Unauthenticated, match="API_KEY_INVALID"):
        shown_key(header)


def test_a_hint_shows_four_characters_of_the_secret_part():
    assert "sk_acme_rrrr" == keys.hint(KEY)


def test_the_workspace_stands_in_the_key_whatever_the_secret_part_holds():
    assert "a-b-1" == keys.workspace_of(keys.key_text(pb.WRITE, "a-b-1", "_-" * 20))
