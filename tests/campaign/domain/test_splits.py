"""Chance: always the same for one customer, and in large numbers as the weights say."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaign.domain.splits import chosen


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=20), st.text(), st.text())
def test_somebody_always_gets_one_and_always_the_same(weights, experiment, profile):
    assert chosen(weights, experiment, profile) in range(len(weights))
    assert chosen(weights, experiment, profile) == chosen(list(weights), experiment, profile)


@pytest.mark.parametrize("weights", [(1, 1), (9, 1), (1, 2, 3, 4), (10_000, 1)])
def test_shares_are_as_large_as_their_weights(weights):
    total = 20_000
    counts = Counter(chosen(weights, "colour", f"profiles/{UUID(int=number)}") for number in range(total))
    for index, weight in enumerate(weights):
        expected = total * weight / sum(weights)
        # Five times the deviation of so many draws: one test in a million fails by chance.
        assert abs(counts[index] - expected) <= 5 * (expected + 1) ** 0.5


def test_two_experiments_have_nothing_to_do_with_each_other():
    pairs = Counter(
        (chosen((1, 1), "one", f"{number}"), chosen((1, 1), "other", f"{number}")) for number in range(8000)
    )
    assert all(1800 < count < 2200 for count in pairs.values())
    assert 4 == len(pairs)
