"""The gateway's tables. Nobody else reads them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel


class WorkspaceRow(SQLModel, table=True):
    """A brand, and the settings every service hears of."""

    __tablename__ = "workspace"

    workspace: str = Field(primary_key=True)
    display_name: str
    time_zone: str
    currency_code: str
    region_code: str
    revision: int = 1
    create_time: datetime = Field(sa_type=DateTime(timezone=True))
    update_time: datetime = Field(sa_type=DateTime(timezone=True))


class ApiKeyRow(SQLModel, table=True):
    """A key somebody holds; of the key itself only its digest and its first characters."""

    __tablename__ = "api_key"

    workspace: str = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    display_name: str
    kind: int
    scopes: list[str] = Field(sa_type=ARRAY(Text))
    digest: bytes
    hint: str
    create_time: datetime = Field(sa_type=DateTime(timezone=True))
