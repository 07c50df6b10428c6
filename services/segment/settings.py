"""What the segment service must be told."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """SEGMENT_DATABASE_URL and what else every service is told; besides, what follows."""

    model_config = SettingsConfigDict(env_prefix="SEGMENT_")

    profiles_in_memory: int = Field(
        50_000, ge=100, description="How many profiles the worker holds in memory; about 4 KB each."
    )
