"""What every provider of messages can do, whatever it speaks."""

from typing import Protocol

from services.campaign.domain.outgoing import HandedOver, Outgoing


class Provider(Protocol):
    """Somebody outside who carries messages. Each method takes one try, and never longer than it was told.

    Whoever has to know whether a message went out, and was told `Uncertain`, asks with `look_up` until there
    is an answer. A message that was handed to one provider is handed to no other, unless it was refused.
    """

    @property
    def answerable(self) -> bool:
        """Whether it can be asked for a message it was handed."""
        ...

    async def hand_over(self, message: Outgoing) -> HandedOver:
        """Raises Refused, when it was surely not sent, or Uncertain, and nothing else."""
        ...

    async def look_up(self, message: Outgoing) -> HandedOver | None:
        """None: it surely has not got it. Uncertain, when it does not say. For those that are answerable."""
        ...

    async def check(self) -> str | None:
        """None, when it would take a message now; otherwise what is wrong, in a sentence. Sends nothing."""
        ...

    async def close(self) -> None:
        """Nothing is handed over any more; what is under way may end."""
        ...
