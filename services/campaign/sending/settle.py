"""A send that waits for a person's word gets it."""

import asyncpg

from services.campaign.convert import sends as convert
from services.campaign.domain.ledger import State
from services.campaign.sending.batches import Batch
from services.campaign.store import caps, runs, sends


async def resolve(batch: Batch, row: asyncpg.Record, state: State, reason: str) -> None:
    """It went out, or has failed, or shall go out now. The customer and the send are locked by the caller."""
    connection, workspace, id = batch.connection, batch.workspace, row["id"]
    if state is State.CLAIMED:
        await sends.let_go(connection, workspace, id, reason, batch.now_us)
        return
    await sends.resolve(connection, workspace, id, state, reason)
    if state is State.FAILED:
        await caps.give_back(connection, workspace, [id])
    if row["run"]:
        await runs.nudge_all(connection, workspace, [id], batch.now_us)
    if row["test"]:
        return
    after = await sends.send(connection, workspace, id)
    names = await sends.names(connection, workspace, [row["profile_key"]])
    name = names.get(row["profile_key"]) or f"profiles/{row['profile']}"
    assert after is not None, "it is locked"
    if state is State.FAILED:
        batch.tell(convert.failed(after, name, batch.now_us), row["traceparent"])
    else:
        batch.tell(convert.sent(after, name, after["send_us"]), row["traceparent"])
