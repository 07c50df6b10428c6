"""Addresses of mail, in any script: what may stand in an envelope and in a header."""

import re
from dataclasses import dataclass

import idna

from services.campaign.domain.outgoing import Refused


@dataclass(frozen=True, slots=True)
class Address:
    # As it was given: it may have letters beyond ASCII.
    local: str
    # As the name service knows it: always ASCII.
    domain: str

    @property
    def text(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def international(self) -> bool:
        """Only servers that offer SMTPUTF8 take it."""
        return not self.local.isascii()


def to_address(text: str) -> Address:
    """Refused, for good, when no mail can go there."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not LOCAL.fullmatch(local) or len(local.encode()) > LOCAL_BYTES:
        raise Refused(f"{clipped(text)} is no address of mail.", permanent=True, code=BAD_ADDRESS)
    return Address(local, ascii_domain(domain))


def ascii_domain(domain: str) -> str:
    """`müller.example` as `xn--mller-kva.example`."""
    try:
        plain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as broken:
        sentence = f"{clipped(domain)} is no domain: {broken}."
        raise Refused(sentence, permanent=True, code=BAD_ADDRESS) from None
    if not DOMAIN.fullmatch(plain) or len(plain) > DOMAIN_BYTES:
        raise Refused(f"{clipped(domain)} is no domain.", permanent=True, code=BAD_ADDRESS)
    return plain.lower()


def read_sender(text: str) -> tuple[str, Address]:
    """`Rapport Shop <news@shop.example>`, or the address alone: the name, and the address."""
    found = NAMED.fullmatch(text.strip())
    if not found:
        return "", to_address(text)
    name = found["name"].strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, to_address(found["address"])


def clipped(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


# RFC 5321 and 5322, with what RFC 6531 adds; dots stand where customers put them.
LOCAL = re.compile(r"""[^\s\x00-\x1f\x7f-\x9f"(),:;<>@\[\\\]\ud800-\udfff]+""")
DOMAIN = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*"
)
NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>")
LOCAL_BYTES, DOMAIN_BYTES = 64, 253
SHOWN = 100
# RFC 3463: bad destination mailbox address syntax.
BAD_ADDRESS = "5.1.3"
