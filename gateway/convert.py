"""Rows to messages and names to ids. The only module that knows both sides."""

from datetime import datetime
from uuid import UUID

from rapport.gateway.v1 import gateway_pb2 as pb

from chassis.errors import NotFound

from .callers import Holder
from .tables import ApiKeyRow, WorkspaceRow


def workspace_message(row: WorkspaceRow) -> pb.Workspace:
    message = pb.Workspace(
        name=f"workspaces/{row.workspace}",
        display_name=row.display_name,
        time_zone=row.time_zone,
        currency_code=row.currency_code,
        region_code=row.region_code,
        etag=str(row.revision),
    )
    message.create_time.FromDatetime(row.create_time)
    message.update_time.FromDatetime(row.update_time)
    return message


def workspace_row(wanted: pb.Workspace, now: datetime) -> WorkspaceRow:
    return WorkspaceRow(
        workspace=wanted.name.removeprefix("workspaces/"),
        display_name=wanted.display_name,
        time_zone=wanted.time_zone or "UTC",
        currency_code=wanted.currency_code or "EUR",
        region_code=wanted.region_code,
        create_time=now,
        update_time=now,
    )


def api_key_message(row: ApiKeyRow, *, key: str = "") -> pb.ApiKey:
    """Without *key*, what may be shown at any time."""
    message = pb.ApiKey(
        name=f"api_keys/{row.id}",
        display_name=row.display_name,
        kind=pb.ApiKeyKind.Name(row.kind),
        scopes=row.scopes,
        key=key,
        hint=row.hint,
    )
    message.create_time.FromDatetime(row.create_time)
    return message


def api_key_id(name: str) -> UUID:
    """The id in `api_keys/{uuid}`. What is no id names no key."""
    try:
        return UUID(name.removeprefix("api_keys/"))
    except ValueError:
        raise NotFound("API_KEY_NOT_FOUND", f"There is no key {name}.", name=name) from None


def holder(row: ApiKeyRow) -> Holder:
    return Holder(
        workspace=row.workspace,
        actor=f"keys/{row.id}",
        scopes=frozenset(row.scopes),
        capture_only=row.kind == pb.WRITE,
    )
