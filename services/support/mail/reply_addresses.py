"""Addresses of single tickets: `reply+<token>@domain`, signed so that nobody makes one up.

A local part has 64 characters at most, and the names of workspaces are longer than what a token leaves of
them: so it names the ticket alone, and `reply_address` says whose that is.
"""

from uuid import UUID

from chassis.tokens import Token, seal, unseal


def reply_address(secret: str, ticket: UUID, domain: str) -> str:
    return f"{PREFIX}{seal(secret, PURPOSE, Token(ANY, ticket))}@{domain}"


def ticket_of(secret: str, address: str) -> UUID | None:
    """The ticket of an address we gave out, wherever its mail comes to; None for any other."""
    local = address.rpartition("@")[0].lower()
    if not local.startswith(PREFIX) or not local.isascii():
        return None
    token = unseal(secret, PURPOSE, local.removeprefix(PREFIX))
    return token.id if token else None


PREFIX = "reply+"
PURPOSE = "reply"
ANY = "-"
