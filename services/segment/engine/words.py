"""What was said of somebody and when: traits out of activities, and what profile computed or was allowed."""

import json
from bisect import insort
from collections.abc import Iterable, Mapping
from typing import Any

from services.segment.engine.state import Profile, Word


def told_traits(type: str, properties: str | None, context: str | None) -> dict[str, Any]:
    """The traits an activity tells: those of an identify, and those any event carries in its context."""
    found: dict[str, Any] = {}
    if context and '"traits"' in context and isinstance(told := json.loads(context).get("traits"), dict):
        found |= told
    if type == "identify" and properties:
        found |= json.loads(properties)
    found.pop("consent", None)
    return found


def say(profile: Profile, name: str, word: Word, now_us: int, *, remembered: bool) -> bool:
    """Takes a word up; whether it can change an answer. A register that is *remembered* keeps its past."""
    words = profile.words.setdefault(name, [])
    if any(word[:2] == each[:2] for each in words):
        return False
    news = not words or words[-1][2] != word[2] or word[:2] < words[-1][:2]
    insort(words, word, key=said)
    profile.words[name] = shortened(words) if remembered else current(words, now_us)
    return news


def is_late(profile: Profile, name: str, word: Word) -> bool:
    """Whether something newer was said before: then only the whole past tells what held in between."""
    words = profile.words.get(name, [])
    return bool(words) and word[:2] < words[-1][:2]


def shortened(words: list[Word]) -> list[Word]:
    """Of a value that is said again and again, the first and the last time."""
    if len(words) > 2 and words[-1][2] == words[-2][2] == words[-3][2]:
        del words[-2]
    return words


def current(words: list[Word], now_us: int) -> list[Word]:
    """What holds now, and what is dated later."""
    old = sum(1 for word in words if word[0] <= now_us)
    return words[max(0, old - 1) :]


def computed_words(
    document: Mapping[str, Any], time_us: int, revision: int, currency: str
) -> Iterable[tuple[str, Word]]:
    """Every register of it. `computed.lifetime_value` is the one in the workspace's currency."""
    said_by = f"{revision:020}"
    for name, value in document.items():
        yield f"computed.{name}", (time_us, said_by, value)
    yield "computed.lifetime_value", (time_us, said_by, document.get("lifetime_values", {}).get(currency, 0))


def consent_words(decisions: Iterable[Any]) -> dict[str, list[Word]]:
    """`consents.<channel>` as an object of purposes, each time it changed. A grant may end by itself."""
    turns: list[tuple[int, int, str, str, str | None]] = []
    for one in decisions:
        place, decision = (one["channel"], one["purpose"]), one["decision"] or None
        # Of two decisions at one instant the denial holds.
        turns.append((one["time_us"], int(decision == "denied"), *place, decision))
        if one["expire_us"] is not None and decision == "granted":
            turns.append((one["expire_us"], 0, *place, None))
    found: dict[str, list[Word]] = {}
    for time_us, _, channel, purpose, decision in sorted(turns, key=lambda turn: turn[:2]):
        words = found.setdefault(f"consents.{channel}", [])
        held = {**(words[-1][2] if words else {}), purpose: decision}
        words.append((time_us, f"{len(words):06}", held))
    return found


def said(word: Word) -> tuple[int, str]:
    return word[:2]
