"""What an API key looks like, and the digest by which we know it. Pure; the key itself is never stored."""

import hmac
import re

from rapport.gateway.v1 import gateway_pb2 as pb


def key_text(kind: pb.ApiKeyKind, workspace: str, random: str) -> str:
    """`sk_<workspace>_<random>`: the workspace stands in the key, so that it is looked up in there only."""
    return f"{PREFIX[kind]}_{workspace}_{random}"


def workspace_of(key: str) -> str | None:
    """The workspace a well-formed key names; None for anything that cannot be a key of ours."""
    match = KEY.fullmatch(key)
    return match["workspace"] if match else None


def digest(pepper: bytes, key: str) -> bytes:
    """Keys are long and random, so a keyed hash guards them; a slow one would only slow us down."""
    return hmac.digest(pepper, key.encode(), "sha256")


def hint(key: str) -> str:
    """Enough of a key to tell it from others, far too little to use it."""
    match = KEY.fullmatch(key)
    assert match, "only a key has a hint"
    return key[: match.start("random") + HINT_CHARACTERS]


PREFIX = {pb.SECRET: "sk", pb.WRITE: "wk"}
SLUG = r"[a-z][a-z0-9-]{0,38}[a-z0-9]"
KEY = re.compile(rf"(?:sk|wk)_(?P<workspace>{SLUG})_(?P<random>[A-Za-z0-9_-]{{32,64}})")
HINT_CHARACTERS = 4
