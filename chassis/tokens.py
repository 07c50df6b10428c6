"""Tokens that strangers carry about: in links of mails, in addresses to reply to. Signed, opaque, for ever.

A token says which workspace and which thing it is about, and what it is for; nothing in it is secret, and
nothing in it can be changed. A token for one purpose proves nothing for another.
"""

import hmac
from base64 import b32decode, b32encode
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Token:
    workspace: str
    id: UUID
    # Which of several: a link of a mail.
    number: int = 0


def seal(secret: str, purpose: str, token: Token) -> str:
    """Lower-case letters and digits: it survives addresses, where case gets lost, and URLs alike."""
    body = token.id.bytes + token.number.to_bytes(2, "big") + token.workspace.encode()
    return b32encode(mac(secret, purpose, body) + body).decode().rstrip("=").lower()


def unseal(secret: str, purpose: str, text: str) -> Token | None:
    """What was sealed; None for what we never gave out."""
    try:
        sealed = b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        return None
    given, body = sealed[:MAC_BYTES], sealed[MAC_BYTES:]
    if len(body) <= FIXED_BYTES or not hmac.compare_digest(given, mac(secret, purpose, body)):
        return None
    number = int.from_bytes(body[16:FIXED_BYTES], "big")
    return Token(body[FIXED_BYTES:].decode(), UUID(bytes=body[:16]), number)


def mac(secret: str, purpose: str, body: bytes) -> bytes:
    key = blake2b(secret.encode(), digest_size=32).digest()
    return blake2b(purpose.encode() + b"\0" + body, key=key, digest_size=MAC_BYTES).digest()


MAC_BYTES = 12
FIXED_BYTES = 18
