"""What a profile is by all that ever happened to her: the same as what was added bit by bit."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

import asyncpg

from conditions.events import Event
from conditions.grammar import ORDER
from conditions.points import EMPTY
from services.segment.engine.catalog import View
from services.segment.engine.happenings import of_activity, of_purchase
from services.segment.engine.state import Profile, Word
from services.segment.engine.words import computed_words, consent_words, current, said, shortened
from services.segment.engine.work import Work
from services.segment.store.hot import HotStore


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read anew: measures and registers, and whether since when she is known."""

    view: View
    measures: frozenset[str]
    registers: frozenset[str]
    age: bool

    @classmethod
    def everything(cls, view: View) -> "Wanted":
        return cls(view, frozenset(view.measures), frozenset(view.readers), bool(view.aged))

    @classmethod
    def new(cls, view: View, before: View) -> "Wanted":
        """What *view* looks at and *before* did not; of a register, perhaps only its past."""
        registers = {name for name in view.readers if name not in before.readers}
        registers |= view.remembered - before.remembered
        measures = frozenset(view.measures) - frozenset(before.measures)
        return cls(view, measures, frozenset(registers), bool(view.aged) and not before.aged)

    @property
    def nothing(self) -> bool:
        return not (self.measures or self.registers or self.age)

    @property
    def activities(self) -> bool:
        traits = any(name.startswith("traits.") for name in self.registers)
        return self.age or traits or any(not self.view.measures[key].revised for key in self.measures)

    @property
    def names(self) -> list[str] | None:
        """The names of events that suffice; None when others may matter too."""
        heard = [each for key in self.measures for each in self.view.measures[key].listens]
        traits = any(name.startswith("traits.") for name in self.registers)
        if self.age or traits or any(each.prefix or not each.names for each in heard):
            return None
        return sorted({name for each in heard for name in each.names})

    @property
    def purchases(self) -> bool:
        return any(each.hears(ORDER, "") for key in self.measures for each in self.view.measures[key].listens)

    def begins(self, root: str) -> bool:
        return any(name.startswith(root) for name in self.registers)


@dataclass(slots=True)
class Past:
    """All that is known of one profile, as the history has it."""

    activities: list[asyncpg.Record] = field(default_factory=list)
    purchases: list[asyncpg.Record] = field(default_factory=list)
    computed: list[asyncpg.Record] = field(default_factory=list)
    consents: list[asyncpg.Record] = field(default_factory=list)


async def read(store: HotStore, keys: Sequence[int], wanted: Wanted) -> dict[int, Past]:
    """The past of these profiles, as far as it is wanted."""
    found: dict[int, Past] = defaultdict(Past)
    if wanted.activities:
        for row in await store.activities(keys, wanted.names):
            found[row["profile_key"]].activities.append(row)
    if wanted.purchases:
        for row in await store.purchases(keys):
            found[row["profile_key"]].purchases.append(row)
    if wanted.begins("computed."):
        for row in await store.computed(keys):
            found[row["living"]].computed.append(row)
    if wanted.begins("consents."):
        for row in await store.consents(keys):
            found[row["living"]].consents.append(row)
    return found


def relive(work: Work, profile: Profile, past: Past, wanted: Wanted, now_us: int) -> None:
    """Puts what follows from the past in the place of what was wanted; valid from *now_us* on."""
    lived = [of_activity(row, wanted.view) for row in past.activities]
    events = [one.event for one in lived if one.event]
    events += [of_purchase(row, work.currency) for row in past.purchases]
    recount(profile, events, wanted, now_us, work.zone)
    told = [said_by for one in lived for said_by in one.words]
    words = registers(told, past, work.currency)
    for name in wanted.registers:
        profile.words[name] = kept(words.get(name, []), now_us, remembered=name in wanted.view.remembered)
    if wanted.age:
        profile.known_since = min((one.time_us for one in lived), default=None)


def recount(profile: Profile, events: Iterable[Event], wanted: Wanted, now_us: int, zone: tzinfo) -> None:
    for key in wanted.measures:
        profile.states.pop(key, None)
    for event in events:
        for measure in wanted.view.hearing(event.type, event.name):
            if measure.key in wanted.measures and (point := measure.point(event, zone)):
                before = profile.states.get(measure.key, EMPTY)
                profile.states[measure.key] = measure.add(before, point, now_us)


def registers(told: Iterable[tuple[str, Word]], past: Past, currency: str) -> dict[str, list[Word]]:
    """Every word of hers, oldest first."""
    found: dict[str, list[Word]] = defaultdict(list)
    for name, word in told:
        found[name].append(word)
    for row in past.computed:
        document = json.loads(row["document"])
        for name, word in computed_words(document, row["time_us"], row["revision"], currency):
            found[name].append(word)
    found |= consent_words(past.consents)
    return {name: sorted(words, key=said) for name, words in found.items()}


def kept(words: list[Word], now_us: int, *, remembered: bool) -> list[Word]:
    """As much of a register as conditions may still ask for."""
    if not remembered:
        return current(words, now_us)
    found: list[Word] = []
    for word in words:
        found.append(word)
        shortened(found)
    return found
