"""What the support service must be told."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """SUPPORT_DATABASE_URL and what else every service is told; besides, what follows."""

    model_config = SettingsConfigDict(env_prefix="SUPPORT_")

    reply_secret: SecretStr = Field(
        min_length=16,
        description="With what addresses to reply to are signed, 16 characters or more. Replies to what was "
        "sent before it changed are found by their references only.",
    )
    reply_domain: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9.-]+$",
        description="The domain of addresses to reply to (`reply+…@domain`), whose mail must come to our "
        "door. That of the mailbox, when unset.",
    )
    smtp_listen: str | None = Field(
        None,
        pattern=r":\d+$",
        description="Where SMTP takes mail in: `host:port` (port 0 is a free one). Nowhere, when unset.",
    )
    smtp_url: str | None = Field(
        None,
        pattern=r"^smtps?://",
        repr=False,
        description="The mail server replies go out by: `smtp://user:password@host:587`. "
        "They wait, when unset.",
    )
    smtp_lookup_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Where that mail server can be asked whether it has a message: a GET of this and the "
        "Message-ID answers 200 or 404. It cannot be asked, when unset.",
    )
    hand_over_seconds: float = Field(
        30, gt=0, le=300, description="How long the mail server may take to accept a message."
    )
    lease_seconds: float = Field(
        120,
        gt=0,
        le=3600,
        description="After how long a reply that was being handed over by a process that died is settled; "
        "longer than the time the mail server may take.",
    )
