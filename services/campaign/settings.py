"""What the campaign service must be told."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """CAMPAIGN_DATABASE_URL and what else every service is told; besides, what follows."""

    model_config = SettingsConfigDict(env_prefix="CAMPAIGN_")

    link_url: str = Field(
        pattern=r"^https?://[^/]+$",
        description="Where customers reach the gateway, as links in mails say it: `https://shop.example`.",
    )
    link_secret: SecretStr = Field(
        min_length=16,
        description="With what links in mails are signed, 16 characters or more; the same as the gateway's. "
        "Changing it breaks every link that was sent.",
    )
    smtp_url: str | None = Field(
        None,
        pattern=r"^smtps?://",
        repr=False,
        description="The mail server for workspaces that have no provider of their own for e-mail: "
        "`smtp://user:password@host:587`. None, when unset.",
    )
    smtp_lookup_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Where that mail server can be asked whether it has a message: a GET of this and the "
        "Message-ID answers 200 or 404. It cannot be asked, when unset.",
    )
    hand_over_seconds: float = Field(
        30, gt=0, le=300, description="How long a provider may take to accept a message."
    )
    lease_seconds: float = Field(
        120,
        gt=0,
        le=3600,
        description="After how long a message that was being handed over by a process that died is settled; "
        "longer than the time a provider may take.",
    )
