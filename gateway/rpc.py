"""Workspaces and their keys: the gateway's own service, answered in this process."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import grpc
from google.protobuf import empty_pb2
from rapport.gateway.v1 import events_pb2 as events
from rapport.gateway.v1 import gateway_pb2 as pb
from rapport.gateway.v1 import gateway_pb2_grpc

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, Changed, Denied, Invalid, Violation
from chassis.idempotency import answer, answered
from chassis.ids import uuid7

from . import keys, standards, store
from .callers import ALL, INSTALLATION
from .convert import api_key_id, api_key_message, workspace_message, workspace_row
from .tables import ApiKeyRow, WorkspaceRow

Context = grpc.aio.ServicerContext[Any, Any]


class GatewayService(gateway_pb2_grpc.GatewayServiceServicer):
    """*random* gives the secret part of a key; *pepper* is what keys are hashed with."""

    def __init__(self, db: Database, *, clock: Clock, pepper: bytes, random: Callable[[], str]) -> None:
        self._db, self._clock, self._pepper, self._random = db, clock, pepper, random

    async def CreateWorkspace(
        self, request: pb.CreateWorkspaceRequest, _: Context
    ) -> pb.CreateWorkspaceResponse:
        if not request.workspace.name:
            raise Invalid(
                "REQUEST_UNREADABLE",
                "Choose a name for the workspace.",
                violations=[Violation("workspace.name", "must be workspaces/{slug}")],
            )
        row = workspace_row(request.workspace, self._clock())
        standards.check(row)
        first = pb.ApiKey(display_name="First key", kind=pb.SECRET, scopes=[ALL])
        async with self._db.begin(row.workspace, cause=caller().request_id) as tx:
            await use_request_id(tx, request)
            await store.open_workspace(tx, row)
            tell(tx, row)
            return pb.CreateWorkspaceResponse(
                workspace=workspace_message(row), api_key=self._new_key(tx, first)
            )

    async def GetWorkspace(self, _request: pb.GetWorkspaceRequest, _: Context) -> pb.Workspace:
        async with self._db.begin(caller().workspace) as tx:
            return workspace_message(await store.workspace(tx))

    async def UpdateWorkspace(self, request: pb.UpdateWorkspaceRequest, _: Context) -> pb.Workspace:
        wanted = request.workspace
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, pb.Workspace):
                return reply
            row = await store.workspace(tx, lock=True)
            check_same(row, wanted)
            for field in masks.changed(request.update_mask, wanted, WRITABLE):
                setattr(row, field, getattr(wanted, field) or DEFAULTS.get(field, ""))
            standards.check(row)
            row.revision += 1
            row.update_time = self._clock()
            tell(tx, row)
            return await answer(tx, request, workspace_message(row))

    async def CreateApiKey(self, request: pb.CreateApiKeyRequest, _: Context) -> pb.ApiKey:
        check_scopes(request.api_key, caller().scopes)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            await use_request_id(tx, request)
            return self._new_key(tx, request.api_key)

    async def ListApiKeys(self, request: pb.ListApiKeysRequest, _: Context) -> pb.ListApiKeysResponse:
        limit, after = pages.clamp(request.page_size), place(request.page_token)
        async with self._db.begin(caller().workspace) as tx:
            rows = await store.api_keys(tx, after=after, limit=limit + 1)
        shown, token = pages.page(rows, limit, lambda row: [row.id])
        return pb.ListApiKeysResponse(api_keys=map(api_key_message, shown), next_page_token=token)

    async def DeleteApiKey(self, request: pb.DeleteApiKeyRequest, _: Context) -> empty_pb2.Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            await store.end_api_key(tx, api_key_id(request.name))
        return empty_pb2.Empty()

    def _new_key(self, tx: Tx, wanted: pb.ApiKey) -> pb.ApiKey:
        """Writes the key's digest; the key itself leaves in the answer and stays nowhere."""
        now = self._clock()
        key = keys.key_text(wanted.kind, tx.workspace, self._random())
        row = ApiKeyRow(
            workspace=tx.workspace,
            id=uuid7(now),
            display_name=wanted.display_name,
            kind=wanted.kind,
            scopes=sorted(set(wanted.scopes)),
            digest=keys.digest(self._pepper, key),
            hint=keys.hint(key),
            create_time=now,
        )
        tx.add(row)
        return api_key_message(row, key=key)


def tell(tx: Tx, row: WorkspaceRow) -> None:
    tx.emit(events.WorkspaceUpdated(workspace=workspace_message(row), revision=row.revision))


def check_same(row: WorkspaceRow, wanted: pb.Workspace) -> None:
    """The key decides the workspace; naming another, or an older state of it, is a mistake worth telling."""
    name = f"workspaces/{row.workspace}"
    if wanted.name not in {"", name}:
        violation = Violation("workspace.name", f"must be {name}, or left out")
        raise Invalid("REQUEST_UNREADABLE", f"This key belongs to {name}.", violations=[violation])
    if wanted.etag not in {"", str(row.revision)}:
        raise Changed(
            "WORKSPACE_CHANGED",
            "The workspace changed since you read it; read it again and give its new etag.",
        )


def check_scopes(wanted: pb.ApiKey, held: frozenset[str]) -> None:
    """A secret key has scopes, a write key none; nobody can give away a right they do not hold."""
    scopes = set(wanted.scopes)
    if (wanted.kind == pb.SECRET) != bool(scopes):
        raise scopes_invalid(
            "A secret key needs at least one scope."
            if wanted.kind == pb.SECRET
            else "A write key takes no scopes: it may only capture."
        )
    if beyond := sorted(scope for scope in scopes if scope.startswith(INSTALLATION)):
        raise scopes_invalid(f"{beyond[0]} belongs to the operator of the installation, not to a workspace.")
    if ALL not in held and (beyond := sorted(scopes - held)):
        raise Denied(
            "SCOPE_MISSING",
            f"A key can give away only rights it has itself; this one lacks {', '.join(beyond)}.",
            scope=beyond[0],
        )


def scopes_invalid(sentence: str) -> Invalid:
    return Invalid("SCOPES_INVALID", sentence, violations=[Violation("api_key.scopes", sentence)])


def place(page_token: str) -> UUID | None:
    """Where the list goes on; a token of another list leads nowhere in this one."""
    match pages.unseal(page_token):
        case None:
            return None
        case [UUID() as id]:
            return id
    message = "page_token belongs to another list: use next_page_token of this one, or leave it out."
    raise Invalid("PAGE_TOKEN_INVALID", message, violations=[Violation("page_token", message)])


async def use_request_id(tx: Tx, request: pb.CreateWorkspaceRequest | pb.CreateApiKeyRequest) -> None:
    """Uses the request_id up. Its answer is not kept, because it holds a key that is shown once."""
    if await answered(tx, request, empty_pb2.Empty) is not None:
        raise AlreadyExists(
            "REQUEST_ID_USED",
            "This request_id was used before, and its answer is shown only once.",
            request_id=request.request_id,
        )
    await answer(tx, request, empty_pb2.Empty())


DEFAULTS = {"time_zone": "UTC", "currency_code": "EUR"}
WRITABLE = {"display_name", "time_zone", "currency_code", "region_code"}
