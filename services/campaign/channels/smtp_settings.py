"""What a mail server's adapter has to know."""

from typing import Annotated, ClassVar, Literal
from urllib.parse import unquote, urlsplit

import dkim
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.campaign.channels.addresses import ascii_domain
from services.campaign.channels.webhook import Url
from services.campaign.domain.outgoing import Refused


def domain(text: str) -> str:
    try:
        return ascii_domain(text)
    except Refused as broken:
        raise ValueError(broken.description) from None


def signing_key(pem: str) -> str:
    """RSA, in PEM, as DKIM wants it."""
    if pem:
        try:
            dkim.crypto.parse_pem_private_key(pem.encode())  # type: ignore[no-untyped-call]
        except (dkim.crypto.UnparsableKeyError, ValueError, TypeError, IndexError):
            raise ValueError("the key must be an RSA key in PEM") from None
    return pem


Domain = Annotated[str, AfterValidator(domain)]
Line = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]


class DkimSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: Domain
    selector: Domain


class SmtpSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    SECRETS: ClassVar = frozenset({"password", "dkim_key"})

    host: str = Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._:-]+$")
    # 465 with `tls`, otherwise 587.
    port: int = Field(0, ge=0, le=65535)
    # `offered`: when the server offers it, whoever he is; who stands between can hide the offer, or be him.
    security: Literal["starttls", "tls", "offered", "none"] = "starttls"
    username: Line = ""
    password: Line = Field("", repr=False)
    # Whose word is trusted about who the server is, in PEM; those the machine trusts, when empty.
    certificates: str = Field("", max_length=50_000)
    connections: int = Field(4, ge=1, le=50)
    # What we call ourselves; this machine's name, when empty.
    hello_name: str = Field("", max_length=255, pattern=r"^[A-Za-z0-9.-]*$")
    # Where it is asked for a message: a GET of this and the Message-ID answers 200 or 404.
    lookup_url: Url | None = None
    dkim: DkimSettings | None = None
    dkim_key: Annotated[str, Field(max_length=20_000, repr=False), AfterValidator(signing_key)] = ""

    @model_validator(mode="after")
    def fitting(self) -> "SmtpSettings":
        if bool(self.username) != bool(self.password):
            raise ValueError("username and the secret password belong together")
        if self.password and self.security in {"offered", "none"}:
            raise ValueError("a password is only sent over `starttls` or `tls`")
        if bool(self.dkim) != bool(self.dkim_key):
            raise ValueError("dkim and the secret dkim_key belong together")
        return self


def from_url(smtp_url: str, lookup_url: str | None) -> SmtpSettings:
    """`smtp://user:password@host:587`, `smtps://…`: without a user, encrypted when that is offered."""
    parts = urlsplit(smtp_url)
    secure = "starttls" if parts.username else "offered"
    return SmtpSettings.model_validate(
        {
            "host": parts.hostname or "",
            "port": parts.port or 0,
            "security": "tls" if parts.scheme == "smtps" else secure,
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "connections": CONNECTIONS_OF_THE_HOUSE,
            "lookup_url": lookup_url,
        }
    )


CONNECTIONS_OF_THE_HOUSE = 16
