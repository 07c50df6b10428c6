"""One profile as conditions ask of her: everything is answered from memory."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import tzinfo
from operator import itemgetter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from conditions.calendar import FOREVER
from conditions.facts import Change, Verdict, register
from conditions.points import EMPTY, State
from conditions.values import at
from services.segment.engine.catalog import TIME_ZONE, View
from services.segment.engine.state import Profile


class Known:
    """The facts of a profile under the definitions that decide for her."""

    def __init__(self, profile: Profile, view: View, zone: tzinfo) -> None:
        self._profile, self._view, self._zone = profile, view, zone
        self._verdicts: dict[tuple[int, int], Verdict] = {}

    @property
    def profile(self) -> str:
        return self._profile.name

    @property
    def known_since(self) -> int | None:
        return self._profile.known_since

    @property
    def zone(self) -> tzinfo:
        return self._zone

    @property
    def own_zone(self) -> tzinfo | None:
        words = self._profile.words.get(TIME_ZONE)
        return named(str(words[-1][2])) if words and words[-1][2] else None

    def trait(self, path: str, t: int) -> tuple[object, int]:
        name, inner = register(path)
        words = self._profile.words.get(name, ())
        place = bisect_right(words, t, key=TIME)
        value = at(words[place - 1][2], inner) if place else None
        return value, words[place][0] if place < len(words) else FOREVER

    def history(self, path: str) -> Sequence[Change]:
        name, inner = register(path)
        return [(time, at(value, inner)) for time, _, value in self._profile.words.get(name, ())]

    def points(self, measure: str) -> State:
        return self._profile.states.get(measure, EMPTY)

    def listed(self, list: str, t: int) -> bool:  # noqa: ARG002 - a list has no past
        return list in self._profile.lists

    def member(self, segment: str, t: int) -> Verdict:
        found = self._view.by_name.get(segment)
        return self.verdict(found.id, t) if found else NOBODY

    def verdict(self, id: int, t: int) -> Verdict:
        """Whether she belongs to a segment at *t*: looked up once, however many refer to it."""
        found = self._verdicts.get((id, t))
        if found is None:
            found = self._verdicts[id, t] = self._view.acting[id].compiled.evaluate(self, t)
        return found


def named(zone: str) -> tzinfo | None:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


TIME = itemgetter(0)
NOBODY = Verdict(False, None)
