"""Where a send stands, and what an attempt comes to. Pure.

`CLAIMED → HANDED_OVER → CONFIRMED | FAILED | UNKNOWN`. HANDED_OVER: the provider took it, such as a mail
server that answered 250. CONFIRMED: asked afterwards, the provider or a person said that it has gone out.
Only what was in doubt is asked for, so that sending stays cheap.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum


class State(IntEnum):
    """As the proto numbers them."""

    CLAIMED = 1
    HANDED_OVER = 2
    CONFIRMED = 3
    FAILED = 4
    UNKNOWN = 5
    WAITING = 6
    SUPPRESSED = 7
    HELD_OUT = 8


class Ending(IntEnum):
    """How an attempt can end."""

    # The provider took it.
    TAKEN = 1
    # Asked afterwards, it has it.
    FOUND = 2
    # Surely not sent: refused for now; refused for good; asked afterwards, it has not got it; never begun.
    REFUSED = 3
    REJECTED = 4
    MISSING = 5
    NOT_BEGUN = 6
    # It may have been sent or not, and the provider can be asked; or it cannot.
    UNCERTAIN = 7
    UNANSWERABLE = 8


@dataclass(frozen=True, slots=True)
class Known:
    """What of a send decides upon what comes next."""

    message_class: str
    # Attempts that came to nothing, before this one.
    tries: int
    # How many providers there are to try in turn.
    carriers: int
    # When this attempt began.
    begun: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, in the provider's words."""

    ending: Ending
    provider_id: str = ""
    # What it said, and its status code, such as 5.1.1.
    description: str = ""
    code: str = ""
    # There is nobody at this address, and there will not be.
    dead_address: bool = False
    # When the provider said after how long to come back.
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What the ledger says then."""

    state: State
    # When to look at it again; None: it is settled.
    due: datetime | None = None
    # The attempt is still in doubt, and its provider will be asked.
    open: bool = False
    # It counts among the tries that came to nothing.
    counts: bool = False
    # The provider keeps it: nobody else may send it.
    bound: bool = False
    # It is late only when it is late for `due`.
    planned: bool = False
    # Surely not sent, and never will be: a place under a cap is given back.
    gives_back: bool = False
    # The address is dead.
    bounced: bool = False


def effect(outcome: Outcome, known: Known, now: datetime, jitter: float) -> Effect:
    """*jitter* lies between 0 and 1: who failed together does not come back together."""
    match outcome.ending:
        case Ending.TAKEN:
            return Effect(State.HANDED_OVER, bound=True)
        case Ending.FOUND:
            return Effect(State.CONFIRMED, bound=True)
        case Ending.REJECTED:
            return Effect(State.FAILED, bound=True, gives_back=True, bounced=outcome.dead_address)
        case Ending.NOT_BEGUN:
            return Effect(State.CLAIMED, due=now + (outcome.retry_after or timedelta()))
        case Ending.UNCERTAIN:
            if now < known.begun + ASKED_FOR:
                return Effect(State.CLAIMED, due=now + asked_again(now - known.begun), open=True, bound=True)
            return in_doubt(known, now, jitter)
        case Ending.UNANSWERABLE:
            return in_doubt(known, now, jitter)
    return again(outcome, known, now, jitter)


def again(outcome: Outcome, known: Known, now: datetime, jitter: float) -> Effect:
    """Surely not sent: the next provider at once, and after the last of them later, so many times at most."""
    tries = known.tries + 1
    if tries >= MOST_TRIES:
        return Effect(State.FAILED, counts=True, gives_back=True)
    if outcome.ending is Ending.MISSING or tries % max(known.carriers, 1):
        return Effect(State.CLAIMED, due=now, counts=True)
    wait = max(back_off(tries, jitter), outcome.retry_after or timedelta())
    return Effect(State.CLAIMED, due=now + min(wait, LONGEST_WAIT), counts=True, planned=True)


def in_doubt(known: Known, now: datetime, jitter: float) -> Effect:
    """Nobody can be asked. Marketing is never sent again; the rest is, by the provider that may have it."""
    tries = known.tries + 1
    if known.message_class == MARKETING or tries >= MOST_TRIES:
        return Effect(State.UNKNOWN, counts=True, bound=True)
    due = now + back_off(tries, jitter)
    return Effect(State.CLAIMED, due=due, counts=True, bound=True, planned=True)


def back_off(tries: int, jitter: float) -> timedelta:
    """Ever longer, and never the same for two."""
    assert 0 <= jitter <= 1, "jitter is a share"
    return min(FIRST_WAIT * 4.0 ** min(tries - 1, 10), LONGEST_WAIT) * (0.5 + jitter / 2)


def asked_again(age: timedelta) -> timedelta:
    """A provider that just swallowed a connection may still be writing what we ask for."""
    return max(FIRST_ASKED, min(age, LONGEST_ASKED))


def late(due: datetime, now: datetime, late_after: timedelta, campaign: str) -> bool:
    """Whether a person has to let it go. A broadcast is late as a whole, not message by message."""
    return not campaign.startswith("broadcasts/") and now - due > late_after


SETTLED = frozenset({State.HANDED_OVER, State.CONFIRMED, State.FAILED, State.SUPPRESSED, State.HELD_OUT})
MARKETING = "marketing"
MOST_TRIES = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
FIRST_ASKED = timedelta(seconds=5)
LONGEST_ASKED = timedelta(minutes=5)
# A provider that cannot say for so long will not say.
ASKED_FOR = timedelta(days=1)
