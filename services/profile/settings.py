"""What the profile service must be told."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """PROFILE_DATABASE_URL and what else every service is told; besides, what follows."""

    model_config = SettingsConfigDict(env_prefix="PROFILE_")

    profiles_in_memory: int = Field(
        50_000, ge=100, description="How many profiles the worker holds in memory; about 4 KB each."
    )
    capture_max_bytes: int = Field(
        8 << 30,
        ge=1 << 20,
        description="How much the capture stream may hold before the door answers 503, in bytes.",
    )
    replicas: int = Field(1, ge=1, le=5, description="On how many NATS servers each stream is kept.")
