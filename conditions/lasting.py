"""`has_been`: how long something known of her has been so without interruption."""

from collections.abc import Callable
from datetime import tzinfo

from .calendar import FOREVER, NEVER
from .dates import Judge
from .facts import Facts

# From when to when, half-open.
Stretch = tuple[int, int]


def has_been(path: str, judge: Judge, own: bool, length: int) -> Callable[[Facts, int], tuple[bool, int]]:
    """Whether the value has compared so for at least *length*. Repeating it does not start the time anew."""

    def run(facts: Facts, t: int) -> tuple[bool, int]:
        zone = (facts.own_zone if own else None) or facts.zone
        for began, ended in stretches(facts, path, judge, zone):
            begins = began + length
            if t < ended and begins < ended:
                return (True, ended) if t >= begins else (False, begins)
        return False, FOREVER

    return run


def stretches(facts: Facts, path: str, judge: Judge, zone: tzinfo) -> list[Stretch]:
    """When the value compared so, oldest first. Until the first word of it, it is missing."""
    changes = facts.history(path)
    known = FOREVER if facts.known_since is None else facts.known_since
    first = min(known, changes[0][0] if changes else FOREVER)
    said = [(NEVER if first == FOREVER else first, None), *changes]
    found: list[Stretch] = []
    for index, (began, value) in enumerate(said):
        ended = said[index + 1][0] if index + 1 < len(said) else FOREVER
        if not judge(value, began, zone)[0]:
            continue
        if found and found[-1][1] == began:
            found[-1] = (found[-1][0], ended)
        else:
            found.append((began, ended))
    return [each for each in found if each[0] < each[1]]
