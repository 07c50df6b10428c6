"""Whether groups have the sizes they should have, and whether a difference is chance. Pure."""

from collections.abc import Sequence
from math import erfc, sqrt


def mismatch(counts: Sequence[int], weights: Sequence[int]) -> bool:
    """Whether groups differ from their weights by more than chance does once in a thousand (chi-square).

    Nothing is said of groups that are too small for that.
    """
    assert len(counts) == len(weights), "each group has its weight"
    whole, shares = sum(counts), sum(weights)
    expected = [whole * weight / shares for weight in weights]
    if len(counts) < 2 or min(expected) < FEWEST:
        return False
    chi_square = sum((count - wanted) ** 2 / wanted for count, wanted in zip(counts, expected, strict=True))
    return chi_square > CRITICAL[len(counts) - 2]


def chance(one: tuple[int, int], other: tuple[int, int]) -> float:
    """How likely two groups that are alike differ at least as much (two-proportion z-test, two-sided).

    Each is how many did it, of how many. 1 where nothing can be told.
    """
    (done, of), (also_done, also_of) = one, other
    if not of or not also_of:
        return 1.0
    pooled = (done + also_done) / (of + also_of)
    deviation = sqrt(pooled * (1 - pooled) * (1 / of + 1 / also_of))
    if not deviation:
        return 1.0
    return erfc(abs(done / of - also_done / also_of) / deviation / sqrt(2))


# The square that chance exceeds once in a thousand, for 2 to 20 groups.
CRITICAL = (
    *(10.828, 13.816, 16.266, 18.467, 20.515, 22.458, 24.322, 26.124, 27.877, 29.588),
    *(31.264, 32.909, 34.528, 36.123, 37.697, 39.252, 40.790, 42.312, 43.820),
)
# Expected in each group, for the square to follow its law.
FEWEST = 5
