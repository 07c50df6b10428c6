"""What a customer decided about topics and channels, beside her consents. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.campaign.domain.person import Consent


@dataclass(frozen=True, slots=True)
class Choices:
    """Hers, under whatever number she made them: of two about the same thing the newest."""

    # Slugs of subscription groups.
    taken: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    # Channels on which she wanted no marketing any more, with the instant she said so.
    opted_out: Mapping[str, datetime] = field(default_factory=dict)
    # Every group of the workspace: whether who never decided takes it.
    defaults: Mapping[str, bool] = field(default_factory=dict)

    def takes(self, topic: str) -> bool:
        """Whether a message of this topic is welcome. No topic is nobody's to leave."""
        if topic in self.left:
            return False
        return topic in self.taken or self.defaults.get(topic, True)

    def refused_since(self, channel: str, consent: Consent | None) -> datetime | None:
        """Since when she wants nothing there; None where she consented anew, later than she opted out."""
        since = self.opted_out.get(channel)
        if since is None or (consent is not None and consent.granted and consent.decided > since):
            return None
        return since
