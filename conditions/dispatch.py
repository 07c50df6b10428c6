"""Which measures an event touches: by its type and name, so that the others cost nothing."""

from collections.abc import Iterable

from .measures import Measure


class Dispatch:
    """Measures by what they listen to. Made anew when a definition changes."""

    def __init__(self, measures: Iterable[Measure]) -> None:
        self.named: dict[tuple[str, str], list[Measure]] = {}
        self.loose: dict[str, list[Measure]] = {}
        for measure in {each.key: each for each in measures}.values():
            exact = all(each.names and not each.prefix for each in measure.listens)
            places = {(type, name) for each in measure.listens for type in each.types for name in each.names}
            if exact:
                for place in places:
                    self.named.setdefault(place, []).append(measure)
            else:
                for type in {type for each in measure.listens for type in each.types}:
                    self.loose.setdefault(type, []).append(measure)

    def touched(self, type: str, name: str) -> list[Measure]:
        """The measures that may make a point of such an event."""
        loose = [
            measure
            for measure in self.loose.get(type, ())
            if any(each.hears(type, name) for each in measure.listens)
        ]
        return [*self.named.get((type, name), ()), *loose]
