"""The one table of the demo service."""

from uuid import UUID

from sqlmodel import Field, SQLModel


class Note(SQLModel, table=True):
    workspace: str = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    words: str
