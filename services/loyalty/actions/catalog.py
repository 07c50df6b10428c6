"""What programmes say, held in memory until it changes: each read of a member brings the stamp to compare."""

from dataclasses import dataclass

from chassis.hottx import Connection
from chassis.workspaces import Workspace
from services.loyalty.convert import definitions as messages
from services.loyalty.domain.rules import Rule
from services.loyalty.domain.terms import Terms
from services.loyalty.store import definitions


@dataclass(frozen=True, slots=True)
class Catalog:
    """A programme with its tiers and rules, as of a stamp."""

    stamp: int
    workspace: Workspace
    terms: Terms
    rules: tuple[Rule, ...]

    @property
    def orders(self) -> list[Rule]:
        return [rule for rule in self.rules if rule.order]

    @property
    def events(self) -> list[Rule]:
        return [rule for rule in self.rules if rule.events]


class Catalogs:
    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Catalog] = {}

    async def of(
        self, connection: Connection, workspace: str, settings: Workspace, programme: str, stamp: int
    ) -> Catalog:
        known = self._known.get((workspace, programme))
        if known and known.stamp == stamp and known.workspace == settings:
            return known
        found = await read(connection, workspace, settings, programme)
        self._known[workspace, programme] = found
        return found


async def read(connection: Connection, workspace: str, settings: Workspace, programme: str) -> Catalog:
    row = await definitions.programme(connection, workspace, programme)
    assert row is not None, "a programme is never deleted"
    tiers = await definitions.tiers(connection, workspace, programme)
    terms = messages.terms(row, tiers, settings.zone)
    rules = await definitions.rules(connection, workspace, programme, FIRST, MOST_RULES)
    return Catalog(
        row["stamp"], settings, terms, tuple(messages.rule(each, terms.currencies) for each in rules)
    )


FIRST = (-(1 << 31), "")
MOST_RULES = 1000
