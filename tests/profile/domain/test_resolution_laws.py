"""Identity does not depend on the order in which the evidence arrives. For any evidence."""

from itertools import count
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.resolution import Claim, Partition, fits, fold, step, when

# Strongest first, by number: three users, four addresses, four devices.
KIND_OF = dict.fromkeys((1, 2, 3), "user_id") | dict.fromkeys((11, 12, 13, 14), "email")
KIND_OF |= dict.fromkeys((21, 22, 23, 24), "anonymous_id")
LIMITS = {"user_id": 1, "email": 2, "anonymous_id": 3}.__getitem__

SEEN = st.tuples(
    st.sets(st.sampled_from(sorted(KIND_OF)), min_size=1, max_size=4), st.integers(0, 6), st.integers(0, 9)
)
EVIDENCE = st.lists(SEEN, max_size=14)


class Driver:
    """The engine's rule, over values: what fits is joined, the newest is one step, the rest is folded."""

    def __init__(self):
        self.claims, self.solo = {}, set()
        self.groups, self.conflicts = set(), {}

    def take(self, batch):
        """Evidence as it arrives: every event with its identifiers, time and message."""
        changed = []
        for identifiers, time, message in batch:
            if len(identifiers) == 1:
                self.solo |= identifiers
                self.place(identifiers)
                continue
            new = Claim(tuple(sorted(identifiers)), time, UUID(int=message))
            known = self.claims.get(frozenset(identifiers))
            if known is None or when(new) < when(known):
                self.claims[frozenset(identifiers)] = new
                changed.append((new, known))
        done = set()
        for new in sorted((new for new, _ in changed), key=when):
            component = frozenset(self.component(new))
            if component not in done:
                done.add(component)
                self.resolve(component, [pair for pair in changed if pair[0].identifiers[0] in component])

    def resolve(self, component, changed):
        claims = [claim for claim in self.claims.values() if claim.identifiers[0] in component]
        touched = {group for group in self.groups if group & component}
        self.groups -= touched
        if fits(component, KIND_OF, LIMITS):
            self.groups.add(component)
            return
        if len(changed) == 1 and changed[0][1] is None and changed[0][0] is max(claims, key=when):
            partition = Partition(KIND_OF, LIMITS, dict(zip(count(), touched)))
            found = step(partition, changed[0][0])
        else:
            partition, found = fold(claims, self.solo & component, KIND_OF, LIMITS)
            self.conflicts = {key: told for key, told in self.conflicts.items() if not key[0] & component}
        self.groups |= set(partition.groups())
        for conflict in found:
            self.conflicts[frozenset(conflict.claim.identifiers), conflict.dropped] = conflict

    def place(self, identifiers):
        if not any(identifiers <= group for group in self.groups):
            self.groups.add(frozenset(identifiers))

    def component(self, claim):
        """Everything connected with a claim by claims."""
        found = set(claim.identifiers)
        while grown := [set(key) for key in self.claims if key & found and not key <= found]:
            found.update(*grown)
        return found


def earliest(evidence):
    """Evidence as claims, one for each set of identifiers, and what was seen alone."""
    claims = {}
    for identifiers, time, message in evidence:
        new = Claim(tuple(sorted(identifiers)), time, UUID(int=message))
        known = claims.setdefault(new.identifiers, new)
        claims[new.identifiers] = min(known, new, key=when)
    several = [claim for claim in claims.values() if len(claim.identifiers) > 1]
    return several, {key for (key, *more) in claims if not more}


def distinct(evidence):
    """One event has one message id, one time and one set of identifiers."""
    return [(ids, time, at * 10 + message) for at, (ids, time, message) in enumerate(evidence)]


def told(partition, conflicts):
    return set(partition.groups()), {
        (frozenset(found.claim.identifiers), found.dropped): found for found in conflicts
    }


def batches(evidence, sizes):
    for size in sizes:
        yield evidence[:size]
        evidence = evidence[size:]
    yield evidence


@given(EVIDENCE, st.data())
def test_any_order_in_any_batches_with_any_repetition_gives_the_fold(evidence, data):
    evidence = distinct(evidence)
    claims, solo = earliest(evidence)
    again = data.draw(st.lists(st.sampled_from(evidence), max_size=4)) if evidence else []
    driver = Driver()
    for batch in batches(
        data.draw(st.permutations(evidence + again)), data.draw(st.lists(st.integers(1, 4), max_size=20))
    ):
        driver.take(batch)
    assert (driver.groups, driver.conflicts) == told(*fold(claims, solo, KIND_OF, LIMITS))


@given(EVIDENCE, st.data())
def test_claims_repeated_later_change_nothing(evidence, data):
    claims, solo = earliest(distinct(evidence))
    before = told(*fold(claims, solo, KIND_OF, LIMITS))
    later = st.builds(
        lambda claim, delay: Claim(claim.identifiers, claim.time_us + delay, UUID(int=1000 + delay)),
        st.sampled_from(claims) if claims else st.nothing(),
        st.integers(0, 9),
    )
    again = data.draw(st.lists(later, max_size=6)) if claims else []
    assert before == told(*fold(claims + again, solo, KIND_OF, LIMITS))


@given(EVIDENCE)
def test_limits_are_never_exceeded_and_everybody_seen_alone_belongs_to_somebody(evidence):
    claims, solo = earliest(distinct(evidence))
    partition, _ = fold(claims, solo, KIND_OF, LIMITS)
    assert all(fits(group, KIND_OF, LIMITS) for group in partition.groups())
    assert solo | {claim.identifiers[0] for claim in claims} <= partition.group_of.keys()


@given(EVIDENCE)
def test_what_was_seen_together_is_together_or_in_conflict(evidence):
    claims, solo = earliest(distinct(evidence))
    partition, conflicts = fold(claims, solo, KIND_OF, LIMITS)
    dropped = {(found.claim, found.dropped) for found in conflicts}
    for claim in claims:
        own = partition.group_of[claim.identifiers[0]]
        for key in claim.identifiers[1:]:
            assert (partition.group_of.get(key) == own) != ((claim, key) in dropped)


@given(EVIDENCE)
def test_a_component_that_fits_is_one_person(evidence):
    claims, solo = earliest(distinct(evidence))
    partition, conflicts = fold(claims, solo, KIND_OF, LIMITS)
    seen = {key for claim in claims for key in claim.identifiers} | solo
    if fits(seen, KIND_OF, LIMITS):
        assert not conflicts
        assert all(len({partition.group_of[key] for key in claim.identifiers}) == 1 for claim in claims)
