"""Somebody's time has come: what she did leaves a window or comes into one, and nothing else happened."""

from collections.abc import Sequence

from chassis.hottx import Transaction
from services.segment.engine.finish import finish
from services.segment.engine.judge import Case, advance
from services.segment.engine.load import hold_profiles
from services.segment.engine.take import Engine
from services.segment.engine.work import Work
from services.segment.store import writes


async def wake(engine: Engine, tx: Transaction, work: Work, keys: Sequence[int], now_us: int) -> None:
    """Decides upon these profiles up to now, each at the instants that were due."""
    await hold_profiles(work, keys)
    for profile in work.held(keys):
        advance(Case.of(work, profile), now_us)
        # Some are woken too early; then a later hour is set.
        profile.clock_us = max(profile.clock_us, profile.due_us or 0)
        work.touch(profile)
    absorbed = [key for key in keys if work.living(key) != key]
    if absorbed:
        await work.store.do(writes.NOT_DUE, absorbed)
    await finish(work, tx, owner=engine.owner)
