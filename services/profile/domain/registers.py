"""What is known of somebody: of everything that was ever said of a trait or a consent, the newest holds.

A register is (time in microseconds, event id, value). Registers join in any order, in any grouping and
however often to the same: the later time wins, then the higher id. Traits and consents may share one
dictionary: consents stand under `$consent/<channel>/<purpose>`, which no trait may be called.
"""

import json
from collections.abc import Mapping
from typing import Any

from tracking.traits import RESERVED

Register = tuple[int, str, Any]
Registers = dict[str, Register]


def write(registers: Registers, key: str, time_us: int, id: str, value: Any) -> bool:
    """Whether what holds is another value now. None removes, and is remembered as the newest word."""
    new = (time_us, id, value)
    held = registers.get(key, NEVER)
    if not _later(new, held):
        return False
    registers[key] = new
    return not _same(value, held[2])


def decide(  # noqa: PLR0917 - a decision is said in this order
    registers: Registers, channel: str, purpose: str, time_us: int, id: str, decision: str
) -> bool:
    """Whether another decision holds now. The newest holds; of two at one instant the denial, then the id."""
    return write(registers, f"{CONSENT}{channel}/{purpose}", time_us, _weighed(decision, id), decision)


def merged(*registers: Mapping[str, Register]) -> Registers:
    """The newest of each."""
    found: Registers = {}
    for some in registers:
        for key, new in some.items():
            if _later(new, found.get(key, NEVER)):
                found[key] = new
    return found


def values(registers: Mapping[str, Register]) -> dict[str, Any]:
    """The traits as they stand; one that was removed is not among them."""
    return {
        key: value
        for key, (_, _, value) in registers.items()
        if value is not None and not key.startswith(CONSENT)
    }


def decisions(registers: Mapping[str, Register]) -> dict[tuple[str, str], str]:
    """The decision that holds for each channel and purpose."""
    found = {}
    for key, (_, _, decision) in registers.items():
        if key.startswith(CONSENT):
            channel, _, purpose = key.removeprefix(CONSENT).partition("/")
            found[channel, purpose] = decision
    return found


def decided_at(registers: Mapping[str, Register], channel: str, purpose: str) -> int:
    """When the decision that holds was made."""
    return registers[f"{CONSENT}{channel}/{purpose}"][0]


def dump(registers: Mapping[str, Register]) -> str:
    """As JSON, the same for the same registers."""
    return canonical(registers)


def load(text: str) -> Registers:
    """What `dump` wrote."""
    return {key: (time_us, id, value) for key, (time_us, id, value) in json.loads(text).items()}


def _later(new: Register, held: Register) -> bool:
    """Whether *new* wins. One event says one thing; should it say two, their texts decide, not the order."""
    if new[0] != held[0]:
        return new[0] > held[0]
    if new[1] != held[1]:
        return new[1] > held[1]
    return canonical(new[2]) > canonical(held[2])


def _same(one: Any, other: Any) -> bool:
    """Whether both are the same JSON: unlike in Python, 1 is not true."""
    return bool(one == other) and (isinstance(one, str) or canonical(one) == canonical(other))


def _weighed(decision: str, id: str) -> str:
    return f"{'1' if decision == DENIED else '0'}{id}"


canonical = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode

GRANTED, DENIED = "granted", "denied"
CONSENT = RESERVED
NEVER: Register = (-(1 << 63), "", None)
