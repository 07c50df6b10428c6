"""How identifiers rank and how many of a kind one person may have, with the one kind that is ours.

A profile's own name is an identifier as well: what is addressed to a profile by name (a trait an agent sets,
a mail that was sent) is recorded under it, and follows it through merges like everything else.
"""

from tracking import identifiers

PROFILE = "profile"


def limit(kind: str) -> int:
    """How many of a kind one person may have. Names of absorbed profiles are kept, however many."""
    return NO_LIMIT if kind == PROFILE else identifiers.limit(kind)


def priority(kind: str) -> int:
    """0 is the strongest."""
    return 0 if kind == PROFILE else identifiers.priority(kind)


NO_LIMIT = 1 << 31
