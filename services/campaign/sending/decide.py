"""The policy point: in the moment of sending, under the customers' locks, for a batch at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from conditions.calendar import microseconds, moment
from services.campaign.convert import sends as convert
from services.campaign.domain.caps import Use
from services.campaign.domain.ledger import State, late
from services.campaign.domain.person import Contact
from services.campaign.domain.policy import MARKETING, Decision, Outcome, decide
from services.campaign.sending.batches import Batch
from services.campaign.sending.cases import Known, Row, Rules, known
from services.campaign.store import broadcasts, caps, journeys, ledger, people, runs
from services.campaign.store.ledger import Ruling


@dataclass(frozen=True, slots=True)
class Cleared:
    """A message that may go out, now."""

    row: asyncpg.Record
    contact: Contact
    address: str


async def rule(
    batch: Batch,
    rows: Sequence[asyncpg.Record],
    templates: Mapping[str, Row],
    rules: Rules,
    lease: timedelta,
) -> list[Cleared]:
    """Decides upon sends that were taken, and writes it down; what goes out is ours until the lease ends."""
    connection, workspace = batch.connection, batch.workspace
    keys = {row["profile_key"] for row in rows if row["profile_key"]}
    contacts = await people.contacts(connection, workspace, keys, lock=True)
    found = await ledger.held(connection, workspace, [row["id"] for row in rows])
    mine = await going(batch, [found[row["id"]] for row in rows if still(row, found.get(row["id"]))])
    rest = await resting(batch, mine)
    await put_off(batch, rest)
    mine = [row for row in mine if row["id"] not in rest]
    over = await runs.over(connection, workspace, {row["run"] for row in mine if row["run"]})
    facts = await known(connection, workspace, mine, contacts, templates, rules, batch.now_us)
    ruled = [(row, NEEDLESS if row["run"] in over else decision(row, facts, rules, batch)) for row in mine]
    wake_us = microseconds(batch.now + lease)
    rulings = [ruling(row, decided, wake_us) for row, decided in ruled]
    await ledger.decide(connection, workspace, rulings, batch.now_us)
    await count(batch, ruled, facts)
    await tell(batch, ruled, facts)
    return [
        Cleared(row, facts.contact(row), facts.address(row))
        for row, decided in ruled
        if decided.outcome is Outcome.SEND
    ]


async def standing(
    batch: Batch, cleared: Sequence[Cleared], templates: Mapping[str, Row], rules: Rules
) -> set[UUID]:
    """Those that may go out as they were written, with their customers held until the attempt has begun.

    While texts were filled she may have left, or be reached elsewhere by now: that is decided anew.
    """
    connection, workspace = batch.connection, batch.workspace
    rows = [each.row for each in cleared]
    keys = {row["profile_key"] for row in rows if row["profile_key"]}
    contacts = await people.contacts(connection, workspace, keys, lock=True)
    rest = await resting(batch, rows)
    facts = await known(connection, workspace, rows, contacts, templates, rules, batch.now_us)
    return {
        each.row["id"]
        for each in cleared
        if each.row["id"] not in rest
        and facts.address(each.row) == each.address
        and decide(facts.case(each.row, rules.region), rules.settings, batch.now).outcome is Outcome.SEND
    }


def still(taken: asyncpg.Record, row: asyncpg.Record | None) -> bool:
    """Whether it waits to be sent as it did when it was taken: a person may have been faster."""
    return (
        row is not None
        and row["attempt"] is None
        and row["state"] in {State.CLAIMED, State.WAITING}
        and row["attempt_count"] == taken["attempt_count"]
    )


async def going(batch: Batch, rows: Sequence[asyncpg.Record]) -> list[asyncpg.Record]:
    """Without those of a broadcast that was stopped: they had to be passed over then, and stop here."""
    slugs = {row["campaign"].removeprefix(BROADCAST) for row in rows if row["campaign"].startswith(BROADCAST)}
    if not slugs:
        return list(rows)
    stopped = await broadcasts.stopped(batch.connection, batch.workspace, slugs)
    for slug, state in sorted(stopped.items()):
        await broadcasts.stop(batch.connection, batch.workspace, slug, state)
    return [row for row in rows if row["campaign"].removeprefix(BROADCAST) not in stopped]


async def resting(batch: Batch, rows: Sequence[asyncpg.Record]) -> set[UUID]:
    """Those whose journey is held, or was archived and has not ended their run yet."""
    slugs = {row["campaign"].removeprefix(JOURNEY) for row in rows if row["run"]}
    rest = await journeys.resting(batch.connection, batch.workspace, slugs) if slugs else set()
    return {row["id"] for row in rows if row["run"] and row["campaign"].removeprefix(JOURNEY) in rest}


async def put_off(batch: Batch, ids: Collection[UUID]) -> None:
    """Their runs are looked at first: one that ends takes its message back."""
    later_us = microseconds(batch.now + PATIENCE)
    await ledger.look_again(batch.connection, batch.workspace, [(id, later_us) for id in sorted(ids)])
    await runs.nudge_all(batch.connection, batch.workspace, sorted(ids), batch.now_us)


def decision(row: Row, facts: Known, rules: Rules, batch: Batch) -> Decision:
    """What is late goes to a person, unless the policy is against it in any case."""
    decided = decide(facts.case(row, rules.region), rules.settings, batch.now)
    due = moment(row["due_us"])
    if decided.outcome is Outcome.SEND and late(due, batch.now, rules.policy.late_after, row["campaign"]):
        sentence = f"It should have gone out at {due:%Y-%m-%d %H:%M} UTC: a person has to let it go."
        return Decision(Outcome.WAIT, None, sentence)
    if decided.outcome is Outcome.SEND and row["class"] == MARKETING and not row["test"]:
        # Whoever comes next in this batch counts it.
        use = Use(batch.now_us, row["channel"], row["class"])
        facts.uses.setdefault(facts.contact(row).key, {})[row["id"]] = use
    return decided


def ruling(row: Row, decided: Decision, wake_us: int) -> Ruling:
    retry_us = None if decided.retry is None else microseconds(decided.retry)
    wakes = {Outcome.SEND: wake_us, Outcome.WAIT: retry_us}
    return Ruling(
        id=row["id"],
        state=STATES[decided.outcome],
        number=row["decision_count"] + 1,
        outcome=decided.outcome,
        rule=decided.rule or "",
        description=decided.description,
        retry_us=retry_us,
        due_us=row["due_us"] if retry_us is None else retry_us,
        wake_us=wakes.get(decided.outcome),
    )


async def count(batch: Batch, ruled: Sequence[tuple[Row, Decision]], facts: Known) -> None:
    """Places under the caps: taken by what goes out, given back by what was about to."""
    taken, given_back = [], []
    for row, decided in ruled:
        key = facts.contact(row).key
        use = facts.uses.get(key, {}).get(row["id"])
        if decided.outcome is Outcome.SEND and use is not None:
            taken.append((key, row["id"], use))
        elif use is not None or (row["decision_count"] and row["class"] == MARKETING):
            given_back.append(row["id"])
    await caps.take(batch.connection, batch.workspace, taken)
    await caps.give_back(batch.connection, batch.workspace, given_back)


async def tell(batch: Batch, ruled: Sequence[tuple[Row, Decision]], facts: Known) -> None:
    """Each message that does not go out is told of once, and the run that waits for it goes on."""
    over = [(row, decided) for row, decided in ruled if decided.outcome in OVER]
    for row, decided in over:
        if not row["test"]:
            event = convert.suppressed(
                row,
                facts.contact(row).profile,
                batch.now_us,
                outcome=decided.outcome,
                rule=decided.rule or "",
                description=decided.description,
            )
            batch.tell(event, row["traceparent"])
    if waiting := [row["id"] for row, _ in over if row["run"]]:
        await runs.nudge_all(batch.connection, batch.workspace, waiting, batch.now_us)


BROADCAST, JOURNEY = "broadcasts/", "journeys/"
NEEDLESS = Decision(Outcome.SKIP, None, "The run that wanted it is over.")
# How soon a journey that was held sends again.
PATIENCE = timedelta(minutes=1)
STATES = {
    Outcome.SEND: State.CLAIMED,
    Outcome.WAIT: State.WAITING,
    Outcome.SKIP: State.SUPPRESSED,
    Outcome.LEAVE: State.SUPPRESSED,
    Outcome.HOLD_OUT: State.HELD_OUT,
}
OVER = {Outcome.SKIP, Outcome.LEAVE, Outcome.HOLD_OUT}
