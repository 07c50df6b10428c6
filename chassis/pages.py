"""Pages of a list: a size within bounds, and a token that is opaque to callers and a keyset to us."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeVar
from uuid import UUID

from .errors import Invalid, Violation

Row = TypeVar("Row")


def clamp(page_size: int, *, default: int = 50, most: int = 1000) -> int:
    """How many rows to give: the default when unsaid, and never more than we can."""
    if page_size < 0:
        message = "page_size must not be negative; leave it out for the default."
        raise Invalid("PAGE_SIZE_NEGATIVE", message, violations=[Violation("page_size", message)])
    return min(page_size or default, most)


def page(rows: Sequence[Row], limit: int, key: Callable[[Row], list[Any]]) -> tuple[list[Row], str]:
    """The page and the token of the next, from *limit* + 1 fetched rows; the token is empty at the end."""
    if len(rows) <= limit:
        return list(rows), ""
    return list(rows[:limit]), seal(key(rows[limit - 1]))


def seal(key: list[Any]) -> str:
    """A token for the place in the list behind *key*: texts, numbers, times and UUIDs."""
    return _sealed(json.dumps(key, default=_tagged, separators=(",", ":")).encode())


def unseal(token: str, *types: type) -> list[Any] | None:
    """The key a token stands for; None for the first page.

    *types*, when given, are what this list sorts by: a token of another list is refused like a broken one.
    The checksum finds out who mends a token by hand. It is no secret: a token opens nothing, it only says
    where to go on in a list that its bearer may read anyway.
    """
    if not token:
        return None
    try:
        key: list[Any] = json.loads(_opened(token), object_hook=_untagged)
        _insist(key, types)
    except (ValueError, KeyError):
        message = "page_token is not one we gave: use next_page_token as it is, or leave it out."
        raise Invalid("PAGE_TOKEN_INVALID", message, violations=[Violation("page_token", message)]) from None
    return key


def _insist(key: list[Any], types: tuple[type, ...]) -> None:
    if types and tuple(map(type, key)) != types:
        raise ValueError(key)


def _tagged(value: Any) -> dict[str, str]:
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    assert isinstance(value, UUID), f"{value!r} cannot be in a key"
    return {"uuid": value.hex}


def _untagged(tagged: dict[str, str]) -> datetime | UUID:
    if "time" in tagged:
        return datetime.fromisoformat(tagged["time"])
    return UUID(hex=tagged["uuid"])


def _opened(token: str) -> bytes:
    text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[CHECKSUM_BYTES:]
    if token != _sealed(text):
        raise ValueError
    return text


def _sealed(text: bytes) -> str:
    checksum = blake2b(text, digest_size=CHECKSUM_BYTES, person=b"rapport.page").digest()
    return base64.urlsafe_b64encode(checksum + text).decode().rstrip("=")


CHECKSUM_BYTES = 6
