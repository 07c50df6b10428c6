"""Addresses of mail, compared as people mean them."""

import re


def plain(address: str) -> str:
    """In one form for comparing: lower case, an international domain in ASCII; empty for what is none."""
    local, _, domain = address.strip().lower().rpartition("@")
    whole = f"{local}@{domain}"
    if not local or not domain or len(whole) > MOST_CHARACTERS or UNFIT.search(whole):
        return ""
    # Halves of letters, and what steers a terminal.
    if not whole.isprintable():
        return ""
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            return ""
    return f"{local}@{domain}"


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


MOST_CHARACTERS = 320
UNFIT = re.compile(r"[\s<>,;\"\x00-\x1f\x7f]")
