"""Which mail a machine wrote: RFC 3834 and what is seen in the wild. A table of rules, the first that holds.

`X-Auto-Response-Suppress` is no sign of a machine: who sends it only asks us not to answer.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from services.support.mail.letter import Letter


@dataclass(frozen=True, slots=True)
class Arrival:
    letter: Letter
    # Empty for a null return path; None when nobody told us.
    envelope_sender: str | None
    our_addresses: Collection[str]


def why_automatic(arrival: Arrival) -> str:
    """Which rule says that a machine wrote it; empty when none does."""
    return next((name for name, holds in RULES if holds(arrival)), "")


def asks_for_silence(letter: Letter) -> bool:
    """Whether the sender asks for no automatic answer, though a person wrote."""
    asked = values(letter, "x-auto-response-suppress")
    return any(word.strip() in SUPPRESSED for value in asked for word in value.split(","))


def auto_submitted(arrival: Arrival) -> bool:
    return any(value.split(";")[0].strip() != "no" for value in values(arrival.letter, "auto-submitted"))


def null_return_path(arrival: Arrival) -> bool:
    if arrival.envelope_sender is not None:
        return arrival.envelope_sender.strip("<> ") == ""
    return any(value.replace(" ", "") == "<>" for value in values(arrival.letter, "return-path"))


def report(arrival: Arrival) -> bool:
    return arrival.letter.is_report


def precedence(arrival: Arrival) -> bool:
    return any(value.strip() in PRECEDENCES for value in values(arrival.letter, "precedence"))


def list_header(arrival: Arrival) -> bool:
    return any(name.startswith("list-") for name in arrival.letter.headers)


def loop(arrival: Arrival) -> bool:
    return "x-loop" in arrival.letter.headers


def ours(arrival: Arrival) -> bool:
    return arrival.letter.sender in arrival.our_addresses


def machine(arrival: Arrival) -> bool:
    local = arrival.letter.sender.partition("@")[0].replace("-", "").replace("_", "").replace(".", "")
    return local.partition("+")[0] in MACHINES


def values(letter: Letter, name: str) -> list[str]:
    return [value.strip().lower() for value in letter.headers.get(name, ())]


RULES: tuple[tuple[str, Callable[[Arrival], bool]], ...] = (
    ("auto-submitted", auto_submitted),
    ("null return path", null_return_path),
    ("report", report),
    ("precedence", precedence),
    ("list", list_header),
    ("loop", loop),
    ("own address", ours),
    ("machine", machine),
)
PRECEDENCES = {"bulk", "list", "junk", "auto_reply"}
MACHINES = {"mailerdaemon", "postmaster", "noreply", "donotreply"}
SUPPRESSED = {"all", "oof", "autoreply"}
