"""The few doors that are not one message in, one message out. Each is a plain ASGI application."""

import re
from dataclasses import dataclass, field

from gateway.exchange import Door


@dataclass(frozen=True, slots=True)
class Edge:
    """Doors by exact path, and the rare ones whose path holds a variable."""

    paths: dict[str, Door] = field(default_factory=dict)
    patterns: tuple[tuple[re.Pattern[str], Door], ...] = ()

    def door(self, path: str) -> Door | None:
        if exact := self.paths.get(path):
            return exact
        return next((door for pattern, door in self.patterns if pattern.fullmatch(path)), None)
