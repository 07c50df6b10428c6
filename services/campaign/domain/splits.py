"""Chance that is always the same: who gets which way, which variant. Pure."""

from collections.abc import Sequence
from hashlib import blake2b


def chosen(weights: Sequence[int], experiment: str, profile: str) -> int:
    """Which of several, by their weights: always the same for an experiment and `profiles/{uuid}`.

    Broadcasts and journeys that name one experiment, and give it the same weights, choose alike.
    """
    assert weights, "chance needs something to choose from"
    assert all(weight > 0 for weight in weights), "a share is larger than nothing"
    place = drawn(experiment, profile) * sum(weights) >> BITS
    for index, weight in enumerate(weights):
        if place < weight:
            return index
        place -= weight
    raise AssertionError("a place lies within the sum of the shares")


def drawn(experiment: str, profile: str) -> int:
    """A customer's place in an experiment, out of 2⁶⁴."""
    return int.from_bytes(blake2b(f"{experiment}\0{profile}".encode(), digest_size=BITS // 8).digest())


BITS = 64
