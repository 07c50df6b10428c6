"""Addresses as they are compared: two spellings of one mailbox are one address. Pure."""

from hashlib import blake2b

from services.campaign.domain.person import Contact
from tracking import identifiers


def address(contact: Contact, channel: str) -> str:
    """Where she is reached; empty when nobody knows."""
    return next(iter(contact.identifiers.get(KINDS.get(channel, ""), ())), "")


def normal(channel: str, text: str, region: str = "") -> str | None:
    """The one spelling; None for what is no address there. *region* is for numbers without country."""
    match channel:
        case "email":
            return identifiers.email(text)
        case "sms":
            return identifiers.phone(text, region)
    return identifiers.plain(text) or None


def digest(channel: str, spelling: str) -> bytes:
    """What is kept of an address whose owner was erased. By the one spelling, or by none that we can read."""
    return blake2b(f"{channel}\0{spelling}".encode(), digest_size=16, person=b"suppression").digest()


# The identifier a channel reaches her by.
KINDS = {"email": "email", "sms": "phone", "push": "device", "web_push": "device", "in_app": "user_id"}
