"""What the loyalty service must be told."""

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """LOYALTY_DATABASE_URL and what else every service is told; nothing besides."""

    model_config = SettingsConfigDict(env_prefix="LOYALTY_")
