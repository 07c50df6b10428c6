"""What the gateway must be told."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """GATEWAY_DATABASE_URL and what else every service is told; besides, what follows."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    http_listen: str = Field(
        "127.0.0.1:8080",
        pattern=r":\d+$",
        description="Where HTTP is served: `host:port` (port 0 is a free one).",
    )
    profile_address: str = Field(
        description="Where the profile service answers gRPC: `host:port`, `dns:///name:port` or `unix:/path`."
    )
    segment_address: str = Field(description="Where the segment service does, likewise.")
    campaign_address: str = Field(description="Where the campaign service does, likewise.")
    support_address: str = Field(description="Where the support service does, likewise.")
    loyalty_address: str = Field(description="Where the loyalty service does, likewise.")
    key_secret: SecretStr = Field(
        min_length=16,
        description="With what API keys are hashed, 16 characters or more. Changing it ends every key.",
    )
    operator_key: SecretStr = Field(
        min_length=16, description="The key that opens workspaces, and nothing else; 16 characters or more."
    )
    link_secret: SecretStr = Field(
        min_length=16,
        description="With what links in mails are signed, 16 characters or more; the same as the campaign "
        "service's. Changing it breaks every link that was sent.",
    )
    cors_origins: str = Field(
        "*",
        description="Origins whose pages may call the API, separated by commas; `*` is any. Keys are bearer "
        "tokens: no cookie is ever sent or read.",
    )
    deadline_seconds: float = Field(10, gt=0, le=60, description="How long a call may take.")
    rate_per_second: float = Field(100, gt=0, description="Calls a second that each key may make.")
    rate_burst: int = Field(200, ge=1, description="Calls that a key may make at once after a pause.")
    capture_per_second: float = Field(5_000, gt=0, description="Events a second that each key may capture.")
    capture_burst: int = Field(
        50_000, ge=1, description="Events that a key may capture at once after a pause."
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of your own proxies, separated by commas. Only their "
        "X-Forwarded-* headers are believed.",
    )
