"""What several doors look up, and refuse, alike."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from rapport.conditions.v1 import conditions_pb2

from chassis.db import Tx
from chassis.errors import Changed, Invalid, NotFound, Violation
from conditions.check import Known, Problem, check
from conditions.reading import read
from services.campaign.convert import templates as convert
from services.campaign.domain.check import elsewhere, joined
from services.campaign.domain.settings import lacking as channel_lacks
from services.campaign.store import channel_settings, people


def uuid_of(name: str) -> UUID | None:
    """The id at the end of a name; None when it is none, and then nobody has that name."""
    try:
        return UUID(name.rpartition("/")[2])
    except ValueError:
        return None


def slug_of(name: str) -> str:
    """What stands behind the collection; empty for what cannot be the name of anything."""
    slug = name.partition("/")[2]
    return "" if "\0" in slug else slug


def insist_on_etag(given: str, revision: int, what: str) -> None:
    """*given* is what the caller read; who gives none does not care."""
    if given not in {"", str(revision)}:
        raise Changed(
            "RESOURCE_CHANGED", f"The {what} changed since you read it; read it again and give its new etag."
        )


async def profile_key(tx: Tx, name: str) -> int:
    """The living customer's number, by her name or a former one."""
    id = uuid_of(name)
    found = await people.by_profile(await tx.raw(), tx.workspace, [id]) if id else {}
    if id is None or id not in found:
        raise NotFound("PROFILE_NOT_FOUND", f"There is no profile {name}.", name=name)
    return found[id]


async def sensible(
    tx: Tx, message: conditions_pb2.Condition, *, field: str, roots: Sequence[str] = ()
) -> bytes:
    """The condition as it is kept. Refused when it makes no sense, or asks what campaigns do not know.

    *roots* are where its paths may begin besides: `trigger` and `entry`, within a journey.
    """
    condition = read(message)
    known = Known(
        segments=dict.fromkeys(await people.known_segments(await tx.raw(), tx.workspace), frozenset()),
        roots=ROOTS | {*roots},
    )
    # What is asked elsewhere is said first: of the rest a person would mend what then has to go.
    if problems := [*elsewhere(condition, "")] or check(condition, known):
        raise nonsense(problems, field)
    return message.SerializeToString(deterministic=True)


async def lacking(tx: Tx, templates: Iterable[Any]) -> dict[str, str]:
    """Of these templates, by slug, what their channel has to say before their messages can go out."""
    kinds = {
        row["slug"]: (convert.channel_name(row["channel"]), convert.class_name(row["class"]))
        for row in templates
    }
    channels = sorted({channel for channel, _ in kinds.values()})
    settings = await channel_settings.of(await tx.raw(), tx.workspace, channels)
    found = {slug: channel_lacks(settings[channel], kind) for slug, (channel, kind) in kinds.items()}
    return {slug: lacks for slug, lacks in found.items() if lacks}


def nonsense(problems: Sequence[Problem], field: str) -> Invalid:
    first, more = problems[0], len(problems) - 1
    others = f" {more} more things are wrong." if more > 1 else " One more thing is wrong." if more else ""
    where = f"{first.path} " if first.path else "The condition "
    violations = [Violation(joined(field, each.path), each.sentence) for each in problems]
    return Invalid("CONDITION_INVALID", f"{where}{first.sentence}.{others}", violations=violations)


# What `domain.person.facts` knows.
ROOTS = frozenset(("traits", "computed", "consents"))
