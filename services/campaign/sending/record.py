"""What became of attempts, written down and told, for a batch at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

import asyncpg

from chassis.ids import uuid7
from conditions.calendar import microseconds
from services.campaign.convert import sends as convert
from services.campaign.domain import addresses
from services.campaign.domain.ledger import SETTLED, Effect, Ending, Known, Outcome, State, effect
from services.campaign.domain.outgoing import legible
from services.campaign.sending.batches import Batch
from services.campaign.store import caps, ledger, people, reactions, runs, sends, suppressions
from services.campaign.store.ledger import Ended
from services.campaign.store.reactions import Reaction


@dataclass(frozen=True, slots=True)
class Done:
    """How an attempt ended; no attempt, where a message cannot be sent at all."""

    row: asyncpg.Record
    attempt: int | None
    outcome: Outcome
    # Where it was done in the trace of what brought the message about.
    traceparent: str
    # How many providers there were to try, and when this one was.
    carriers: int
    begun: datetime


async def record(batch: Batch, done: Sequence[Done], jitter: Random, region: str) -> None:
    """Who was settled by somebody else meanwhile stays so."""
    connection, workspace = batch.connection, batch.workspace
    keys = {one.row["profile_key"] for one in done if one.row["profile_key"]}
    living = await people.hold(connection, workspace, keys)
    effects = {one.row["id"]: effect_of(one, batch.now, jitter) for one in done}
    ended = [written(one, effects[one.row["id"]], batch.now_us) for one in done]
    rows = {row["id"]: row for row in await ledger.end(connection, workspace, ended, batch.now_us)}
    given_back = [id for id in rows if effects[id].gives_back]
    await caps.give_back(connection, workspace, given_back)
    names = await living_names(batch, rows.values(), living)
    mine = [one for one in done if one.row["id"] in rows]
    for one in mine:
        tell(batch, rows[one.row["id"]], one, names)
    bounced = [one for one in mine if effects[one.row["id"]].bounced]
    became = [(one.row["id"], rows[one.row["id"]]["failure"]) for one in bounced]
    came_back = [Reaction(id, "bounced_hard", batch.now_us, description=why) for id, why in became]
    await reactions.record(connection, workspace, came_back)
    await suppress(batch, [(rows[one.row["id"]], one) for one in bounced], names, region)
    if waiting := [id for id, row in rows.items() if row["run"] and row["state"] in GOES_ON]:
        await runs.nudge_all(connection, workspace, waiting, batch.now_us)


def effect_of(done: Done, now: datetime, jitter: Random) -> Effect:
    about = Known(done.row["class"], done.row["tries"], done.carriers, done.begun)
    return effect(done.outcome, about, now, jitter.random())


def written(done: Done, effect: Effect, now_us: int) -> Ended:
    wake_us = None if effect.due is None else microseconds(effect.due)
    sent = effect.state in {State.HANDED_OVER, State.CONFIRMED}
    return Ended(
        id=done.row["id"],
        attempt=done.attempt,
        state=effect.state,
        open=effect.open,
        counts=effect.counts,
        # What a provider may have since an earlier attempt stays its own, whatever came of this one.
        bound=effect.bound or (done.row["attempt"] is None and bool(done.row["provider"])),
        due_us=wake_us if effect.planned else None,
        wake_us=wake_us,
        provider_id=done.outcome.provider_id,
        failure=legible(done.outcome.description),
        # When it was found out afterwards, it had gone out with the attempt.
        send_us=(microseconds(done.begun) if done.outcome.ending is Ending.FOUND else now_us)
        if sent
        else None,
        outcome=done.outcome.ending.name,
    )


async def living_names(
    batch: Batch, rows: Iterable[asyncpg.Record], living: dict[int, int]
) -> dict[UUID, str]:
    """`profiles/{uuid}` of each send's customer as she is called now."""
    rows = list(rows)
    merged = {key for key in (row["profile_key"] for row in rows) if living.get(key, key) != key}
    names = await sends.names(batch.connection, batch.workspace, merged) if merged else {}
    return {row["id"]: names.get(row["profile_key"]) or f"profiles/{row['profile']}" for row in rows}


def tell(batch: Batch, row: asyncpg.Record, done: Done, names: dict[UUID, str]) -> None:
    """Of a test nothing is told."""
    if row["test"]:
        return
    name = names[row["id"]]
    if row["state"] in {State.HANDED_OVER, State.CONFIRMED}:
        batch.tell(convert.sent(row, name, row["send_us"]), done.traceparent)
    if row["state"] == State.FAILED:
        if done.outcome.dead_address:
            batch.tell(convert.bounced(row, name, batch.now_us, done.outcome.code), done.traceparent)
        batch.tell(convert.failed(row, name, batch.now_us), done.traceparent)


async def suppress(
    batch: Batch, bounced: Sequence[tuple[asyncpg.Record, Done]], names: dict[UUID, str], region: str
) -> None:
    """A dead address stays dead, for every class of message."""
    new = {}
    for row, done in bounced:
        spelling = addresses.normal(row["channel"], row["address"], region) or row["address"]
        one = suppressions.New(
            id=uuid7(batch.now),
            channel=row["channel"],
            digest=addresses.digest(row["channel"], spelling),
            address=spelling,
            reason="HARD_BOUNCE",
            marketing_only=False,
            description=row["failure"],
            send=row["id"],
        )
        new[one.id] = (one, row, done)
    made = await suppressions.insert(
        batch.connection, batch.workspace, [one for one, _, _ in new.values()], batch.now_us
    )
    for id in sorted(made):
        one, row, done = new[id]
        message = convert.new_suppression(one, batch.now_us)
        name = "" if row["test"] else names[row["id"]]
        batch.tell(convert.address_suppressed(message, name, batch.now_us), done.traceparent)


# A run that waits for a send goes on when it stands so.
GOES_ON = SETTLED | {State.UNKNOWN}
