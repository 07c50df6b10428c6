"""Handing a message to a stranger, and asking whether he has it: whatever happens is an outcome."""

import asyncio
import logging
from datetime import timedelta

from services.campaign.channels.providers import CIRCUIT, RATE, Carrier
from services.campaign.domain.ledger import Ending, Outcome
from services.campaign.domain.outgoing import Outgoing, Refused, Uncertain

log = logging.getLogger(__name__)


async def handed_over(carrier: Carrier, message: Outgoing, seconds: float) -> Outcome:
    """Within *seconds*: after that it is in doubt."""
    try:
        async with asyncio.timeout(seconds):
            taken = await carrier.hand_over(message)
    except Refused as refused:
        return refusal(refused)
    except (Uncertain, TimeoutError) as lost:
        return in_doubt(carrier, str(lost) or "The provider did not answer in time.")
    except Exception:
        # An adapter's own failure says nothing about what the stranger did.
        log.exception("%s failed over sends/%s", carrier.name, message.send)
        return in_doubt(carrier, "The adapter failed; the log says how.")
    return Outcome(Ending.TAKEN, taken.provider_id)


async def looked_up(carrier: Carrier | None, message: Outgoing, seconds: float) -> Outcome:
    """What became of an attempt nobody recorded, as far as its provider tells."""
    if carrier is None or not carrier.provider.answerable:
        who = carrier.name if carrier else "A provider that is gone"
        return Outcome(Ending.UNANSWERABLE, description=f"{who} cannot be asked what became of it.")
    try:
        async with asyncio.timeout(seconds):
            found = await carrier.provider.look_up(message)
    except (Uncertain, TimeoutError) as silent:
        return Outcome(Ending.UNCERTAIN, description=str(silent) or "The provider did not answer in time.")
    except Exception:
        log.exception("%s failed when asked for sends/%s", carrier.name, message.send)
        return Outcome(Ending.UNCERTAIN, description="The adapter failed; the log says how.")
    if found is None:
        return Outcome(Ending.MISSING, description=f"{carrier.name} has not got it.")
    return Outcome(Ending.FOUND, found.provider_id)


def refusal(refused: Refused) -> Outcome:
    after = refused.retry_after_seconds
    retry_after = None if after is None else timedelta(seconds=after)
    if refused.code in {CIRCUIT, RATE}:
        return Outcome(Ending.NOT_BEGUN, description=refused.description, retry_after=retry_after)
    return Outcome(
        Ending.REJECTED if refused.permanent else Ending.REFUSED,
        description=refused.description,
        code=refused.code,
        dead_address=refused.dead_address,
        retry_after=retry_after,
    )


def in_doubt(carrier: Carrier, description: str) -> Outcome:
    ending = Ending.UNCERTAIN if carrier.provider.answerable else Ending.UNANSWERABLE
    return Outcome(ending, description=description)
