"""What holds before every send, on every channel."""

from dataclasses import replace
from typing import Any

import grpc
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import settings_pb2

from chassis import masks
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database
from chassis.idempotency import answer, answered
from services.campaign.convert import settings as convert
from services.campaign.rpc import common
from services.campaign.store import policies

Context = grpc.aio.ServicerContext[Any, Any]


class Policies:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def GetSendingPolicy(
        self, _request: pb.GetSendingPolicyRequest, _: Context
    ) -> settings_pb2.SendingPolicy:
        async with self._db.begin(caller().workspace) as tx:
            return convert.sending_policy(await policies.of(await tx.raw(), tx.workspace))

    async def UpdateSendingPolicy(
        self, request: pb.UpdateSendingPolicyRequest, _: Context
    ) -> settings_pb2.SendingPolicy:
        said = request.sending_policy
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, settings_pb2.SendingPolicy):
                return reply
            connection = await tx.raw()
            before = await policies.lock(connection, tx.workspace)
            common.insist_on_etag(said.etag, before.revision, "sending policy")
            given: dict[str, Any] = {path: convert.policy_value(said, path) for path in paths}
            wanted = replace(before, **given)
            if wanted != before:
                await policies.write(connection, tx.workspace, wanted, self._clock())
            after = await policies.of(connection, tx.workspace)
            return await answer(tx, request, convert.sending_policy(after))


WRITABLE = {
    *("caps", "quiet_hours", "support_quiet_period"),
    *("control_group_basis_points", "late_after", "attribution"),
}
