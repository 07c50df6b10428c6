"""Decisions that hold for a profile, or hold no more, as identifiers come and go: nobody made them anew."""

from collections.abc import Iterator

from services.profile.domain import registers
from services.profile.engine.work import Inherited, Work


async def hand_on(work: Work) -> None:
    """Compares what holds now with what held before; with the end that each decision was given."""
    found = list(inherited(work))
    anchors = sorted({key for one in found for key in one.profile.anchors})
    times = sorted({one.time_us for one in found})
    rows = await work.store.consents(anchors, times) if found else []
    ends = {
        (row["anchor"], row["time_us"], row["channel"], row["purpose"], row["granted"]): row["expire_us"]
        for row in rows
    }
    for one in found:
        granted = one.decision == registers.GRANTED
        said = (one.time_us, one.channel, one.purpose, granted)
        one.expire_time_us = next(
            (ends[key, *said] for key in one.profile.anchors if (key, *said) in ends), None
        )
    work.inherited = found


def inherited(work: Work) -> Iterator[Inherited]:
    told = {
        (one.profile.key, one.consent.channel, one.consent.purpose) for one in work.consents if one.changes
    }
    for key, (profile, before) in work.decided_before.items():
        now = registers.decisions(profile.registers)
        for about in sorted(before.keys() | now.keys()):
            if now.get(about) != before.get(about) and (key, *about) not in told:
                time_us = registers.decided_at(profile.registers, *about) if about in now else 0
                yield Inherited(profile, *about, time_us, now.get(about))
