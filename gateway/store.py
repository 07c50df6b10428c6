"""Every SQL statement of the gateway, and nothing else."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select

from chassis.db import Tx
from chassis.errors import AlreadyExists, NotFound

from .tables import ApiKeyRow, WorkspaceRow


async def open_workspace(tx: Tx, row: WorkspaceRow) -> None:
    """A workspace is opened once; who comes second is refused, also when both come at once."""
    opened = insert(WorkspaceRow).values(row.model_dump()).on_conflict_do_nothing()
    if not (await tx.exec(opened)).rowcount:
        name = f"workspaces/{row.workspace}"
        raise AlreadyExists("WORKSPACE_EXISTS", f"There is a workspace {row.workspace} already.", name=name)


async def workspace(tx: Tx, *, lock: bool = False) -> WorkspaceRow:
    """The workspace of this transaction. It exists: a key that led here is a row of it."""
    query = select(WorkspaceRow).where(WorkspaceRow.workspace == tx.workspace)
    return (await tx.exec(query.with_for_update() if lock else query)).one()


async def api_keys(tx: Tx, *, after: UUID | None, limit: int) -> list[ApiKeyRow]:
    """A page of keys, newest first, following the id *after*: ids are ordered by their time."""
    query = select(ApiKeyRow).where(ApiKeyRow.workspace == tx.workspace)
    if after:
        query = query.where(col(ApiKeyRow.id) < after)
    return list((await tx.exec(query.order_by(col(ApiKeyRow.id).desc()).limit(limit))).all())


async def api_key_by_digest(tx: Tx, digest: bytes) -> ApiKeyRow | None:
    query = select(ApiKeyRow).where(ApiKeyRow.workspace == tx.workspace, ApiKeyRow.digest == digest)
    return (await tx.exec(query)).one_or_none()


async def end_api_key(tx: Tx, id: UUID) -> None:
    ended = delete(ApiKeyRow).where(col(ApiKeyRow.workspace) == tx.workspace, col(ApiKeyRow.id) == id)
    if not (await tx.exec(ended)).rowcount:
        raise NotFound("API_KEY_NOT_FOUND", f"There is no key {id}.", name=f"api_keys/{id}")


async def reachable(tx: Tx) -> None:
    """Asks the smallest question there is."""
    await tx.exec(select(1))
