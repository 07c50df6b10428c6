"""Lists kept by hand: putting somebody on one may let her into segments at once."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from google.protobuf.empty_pb2 import Empty
from rapport.segment.v1 import resources_pb2
from rapport.segment.v1 import segment_pb2 as pb

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, NotFound, Violation
from chassis.idempotency import answer, answered
from chassis.workspaces import Workspaces
from services.segment import actions, convert
from services.segment.rpc import common
from services.segment.rpc.segments import now_us
from services.segment.store import lists, reads


class Lists:
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self._db, self._workspaces, self._clock = db, workspaces, clock

    async def create(self, request: pb.CreateCustomerListRequest) -> resources_pb2.CustomerList:
        said = request.customer_list
        slug = said.name.removeprefix("lists/")
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources_pb2.CustomerList):
                return reply
            names = (said.display_name, said.description)
            if not await lists.create(await tx.raw(), tx.workspace, slug, names, self._clock()):
                raise AlreadyExists("LIST_EXISTS", f"There is a list {slug} already.", name=said.name)
            return await answer(tx, request, await message(tx, said.name))

    async def get(self, request: pb.GetCustomerListRequest) -> resources_pb2.CustomerList:
        async with self._db.begin(caller().workspace) as tx:
            return await message(tx, request.name)

    async def page(self, request: pb.ListCustomerListsRequest) -> pb.ListCustomerListsResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, str) or [""]
        async with self._db.begin(caller().workspace) as tx:
            rows = await lists.page(await tx.raw(), tx.workspace, after[0], limit + 1)
        shown, token = pages.page(rows, limit, lambda row: [row["slug"]])
        return pb.ListCustomerListsResponse(
            customer_lists=map(convert.list_message, shown), next_page_token=token
        )

    async def update(self, request: pb.UpdateCustomerListRequest) -> resources_pb2.CustomerList:
        said = request.customer_list
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources_pb2.CustomerList):
                return reply
            await actions.write_alone(tx)
            row = await found(tx, said.name)
            common.insist_on_etag(said.etag, row, "LIST_CHANGED", "list")
            kept = (
                said.display_name if "display_name" in paths else row["display_name"],
                said.description if "description" in paths else row["description"],
            )
            if kept != (row["display_name"], row["description"]):
                await lists.update(await tx.raw(), tx.workspace, row["slug"], kept, self._clock())
            return await answer(tx, request, await message(tx, said.name))

    async def delete(self, request: pb.DeleteCustomerListRequest) -> Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            await actions.write_alone(tx)
            row = await found(tx, request.name)
            await common.insist_on_no_references(tx, request.name, "LIST_REFERENCED")
            await lists.delete(await tx.raw(), tx.workspace, row["slug"])
        return Empty()

    async def add(self, request: pb.AddCustomersRequest) -> resources_pb2.CustomerList:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources_pb2.CustomerList):
                return reply
            await actions.write_alone(tx)
            slug = (await found(tx, request.name))["slug"]
            keys = await keys_of(tx, list(request.profiles))
            await lists.add(await tx.raw(), tx.workspace, slug, keys, now_us(self._clock()))
            await actions.relist(tx, self._workspaces, self._clock, f"lists/{slug}", keys)
            return await answer(tx, request, await message(tx, request.name))

    async def remove(self, request: pb.RemoveCustomersRequest) -> resources_pb2.CustomerList:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources_pb2.CustomerList):
                return reply
            await actions.write_alone(tx)
            slug = (await found(tx, request.name))["slug"]
            keys = await keys_of(tx, list(request.profiles))
            await lists.remove(await tx.raw(), tx.workspace, slug, keys)
            await actions.relist(tx, self._workspaces, self._clock, f"lists/{slug}", keys)
            return await answer(tx, request, await message(tx, request.name))

    async def customers(self, request: pb.ListListedCustomersRequest) -> pb.ListListedCustomersResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, int, int) or [LAST, LAST]
        async with self._db.begin(caller().workspace) as tx:
            slug = (await found(tx, request.parent))["slug"]
            place = (before[0], before[1])
            rows = await lists.customers(await tx.raw(), tx.workspace, slug, place, limit + 1)
        shown, token = pages.page(rows, limit, lambda row: [row["time_us"], row["key"]])
        customers = map(convert.listed_message, shown)
        return pb.ListListedCustomersResponse(customers=customers, next_page_token=token)


async def found(tx: Tx, name: str) -> asyncpg.Record:
    slug = name.removeprefix("lists/")
    row = None if "\0" in slug else await lists.found(await tx.raw(), tx.workspace, slug)
    if row is None:
        raise NotFound("LIST_NOT_FOUND", f"There is no list {slug}.", name=name)
    return row


async def message(tx: Tx, name: str) -> resources_pb2.CustomerList:
    return convert.list_message(await found(tx, name))


async def keys_of(tx: Tx, names: Sequence[str]) -> list[int]:
    """The living profiles of these names, each once; refused when one is nobody's."""
    ids = {name: common.uuid_of(name) for name in names}
    known = await reads.profile_keys(await tx.raw(), tx.workspace, [id for id in ids.values() if id])
    unknown = [name for name, id in ids.items() if id not in known]
    if unknown:
        raise NotFound(
            "PROFILE_NOT_FOUND",
            f"There is no profile {unknown[0]}.",
            violations=[Violation(f"profiles[{names.index(name)}]", "is nobody's name") for name in unknown],
            name=unknown[0],
        )
    return sorted({known[id] for id in ids.values() if isinstance(id, UUID)})


WRITABLE = {"display_name", "description"}
LAST = (1 << 63) - 1
