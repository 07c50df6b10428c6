"""Who belongs: conditions are asked again where something touched them, or where their time has come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from conditions.compiler import Node
from conditions.explain import Evidence
from conditions.grammar import Not
from conditions.points import EMPTY
from services.segment.engine.catalog import Acting, View
from services.segment.engine.happenings import Happening
from services.segment.engine.known import Known
from services.segment.engine.state import Profile
from services.segment.engine.words import say
from services.segment.engine.work import DEADLINE, EVENT, SEGMENT, TRAIT, Change, Why, Work


@dataclass(frozen=True, slots=True)
class Case:
    """A profile, under the definitions that decide for her."""

    work: Work
    profile: Profile
    view: View

    @classmethod
    def of(cls, work: Work, profile: Profile) -> "Case":
        return cls(work, profile, work.catalog.view(profile.key))


def happen(case: Case, one: Happening) -> None:
    """Brings one thing into her state, and decides what it touches; what fell due before comes first."""
    profile, view = case.profile, case.view
    t = instant(profile, one)
    advance(case, t)
    counted = count(case, one, t)
    said = {
        id
        for name, word in one.words
        if name in view.readers and say(profile, name, word, t, remembered=name in view.remembered)
        for id in view.readers[name]
    }
    said |= replaced(profile, view, one)
    aged = grow_older(profile, view, one)
    touched = counted | said | aged | (view.at_birth if profile.clock_us == 0 else set())
    if not touched:
        return
    case.work.touch(profile)
    profile.clock_us = t
    judge(case, touched, t, why_of(one, t, TRAIT if said and not counted else EVENT))


def why_of(one: Happening, t: int, kind: int) -> Why:
    late = t - one.time_us > GRACE_US
    return Why(kind, one.cause, late=late, historical=one.historical, traceparent=one.traceparent)


def instant(profile: Profile, one: Happening) -> int:
    """When it takes effect: at its own time, unless it came late or she was decided upon beyond that."""
    late = one.taken_us - one.time_us > LATE_US
    return max(profile.clock_us, one.taken_us if late else min(one.time_us, one.taken_us))


def count(case: Case, one: Happening, t: int) -> set[int]:
    """Adds an event to the measures it concerns; the segments that look at them."""
    profile, view = case.profile, case.view
    touched: set[int] = set()
    if (event := one.event) is None:
        return touched
    for measure in view.hearing(event.type, event.name):
        if (point := measure.point(event, case.work.zone)) is None:
            continue
        before = profile.states.get(measure.key, EMPTY)
        after = measure.add(before, point, t)
        if after is not before:
            profile.states[measure.key] = after
            touched |= view.users[measure.key]
    return touched


def replaced(profile: Profile, view: View, one: Happening) -> set[int]:
    touched: set[int] = set()
    for name, words in one.registers.items():
        if name in view.readers and profile.words.get(name) != words:
            profile.words[name] = words
            touched |= view.readers[name]
    return touched


def grow_older(profile: Profile, view: View, one: Happening) -> set[int]:
    """She is known since her first event."""
    if not view.aged or not one.is_activity:
        return set()
    if profile.known_since is not None and profile.known_since <= one.time_us:
        return set()
    profile.known_since = one.time_us
    return view.aged


def advance(case: Case, to_us: int) -> None:
    """Everything that fell due up to an instant, each at its own time, as if we had been there."""
    profile = case.profile
    while (due := profile.next_us()) is not None and due <= to_us:
        t = max(due, profile.clock_us)
        profile.clock_us = t
        case.work.touch(profile)
        judge(case, {id for id, until in profile.untils.items() if until <= t}, t, Why(DEADLINE))


def judge(case: Case, ids: Iterable[int], t: int, why: Why) -> None:
    """Asks these segments, and those that refer to them, whether she belongs at *t*."""
    profile, view = case.profile, case.view
    direct = set(ids)
    known = Known(profile, view, case.work.zone)
    for id in sorted(view.with_dependents(direct)):
        if id not in view.acting:
            # It is gone, and so is everybody's membership of it.
            profile.untils.pop(id, None)
            continue
        holds, until = known.verdict(id, t)
        if until != profile.untils.get(id):
            keep_until(profile, id, until)
            case.work.touch(profile)
        if holds != (id in profile.members):
            kind = why.kind if id in direct else SEGMENT
            case.work.touch(profile)
            case.work.changes.append(turned(known, profile, view.acting[id], t, replace(why, kind=kind)))


def keep_until(profile: Profile, id: int, until: int | None) -> None:
    if until is None:
        profile.untils.pop(id, None)
    else:
        profile.untils[id] = until


def turned(known: Known, profile: Profile, acting: Acting, t: int, why: Why) -> Change:
    """She enters, or she leaves."""
    id = acting.id
    if id in profile.members:
        del profile.members[id]
        return Change(profile, acting, entered=False, time_us=t, why=why)
    profile.members[id] = t
    evidence = () if why.historical else newest(counted_by(acting.compiled.root, known, t))
    leaves = leaving(known, id, profile.untils.get(id))
    return Change(profile, acting, entered=True, time_us=t, why=why, leaves_us=leaves, evidence=evidence)


def leaving(known: Known, id: int, until: int | None) -> int | None:
    """When she will leave if nothing happens: an answer may have to be asked for several times."""
    for _ in range(MOST_LOOKS):
        if until is None:
            return None
        holds, later = known.verdict(id, until)
        if not holds:
            return until
        until = later
    return until


def counted_by(node: Node, known: Known, t: int) -> Iterator[Evidence]:
    """The events that conditions which hold have counted. What must not be is no evidence."""
    if isinstance(node.rule, Not) or not node.run(known, t)[0]:
        return
    if node.leaf is not None and node.leaf.measure is not None:
        _, points = node.leaf.seen(known, t)
        yield from (Evidence(int(str(point[0])), str(point[1])) for point in points)
    for each in node.of:
        yield from counted_by(each, known, t)


def newest(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(set(found), reverse=True)[:MOST_EVIDENCE])


# What the house learned of later than this after it happened takes effect when it was learned of.
LATE_US = 60 * 1_000_000
# A change that takes effect this much after what caused it rests on something late.
GRACE_US = 1_000_000
MOST_EVIDENCE = 20
MOST_LOOKS = 16
