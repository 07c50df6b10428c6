"""What a shop decided about its channels, and about sending on any of them. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from services.campaign.domain.caps import Cap
from services.campaign.domain.quiet import Quiet


@dataclass(frozen=True, slots=True)
class ChannelSetting:
    """How a channel is used; as it is here, when nobody said anything."""

    # In lower case: `email`, `web_push`.
    channel: str
    enabled: bool = True
    # `Rapport Shop <news@shop.example>` for e-mail, a number or word for SMS.
    sender: str = ""
    reply_to: str = ""
    postal_address: str = ""
    # Opens and clicks are counted, unless a customer forbade it.
    tracking: bool = True
    # Its own quiet hours; None leaves it to the sending policy, see `quiet`.
    quiet_hours: Quiet | None = None
    # The host of links, without scheme; the gateway's when empty.
    link_domain: str = ""
    stop_words: tuple[str, ...] = ()
    return_words: tuple[str, ...] = ()
    revision: int = 0
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class SendingPolicy:
    """What holds before every send, on every channel; as it is here, when nobody said anything."""

    caps: tuple[Cap, ...] = ()
    quiet_hours: Quiet | None = None
    support_quiet_period: timedelta = timedelta(days=2)
    control_group_basis_points: int = 0
    late_after: timedelta = timedelta(hours=1)
    # How orders are credited: a message of the protos, as it was given.
    attribution: bytes = b""
    revision: int = 0
    updated: datetime | None = None


def quiet(setting: ChannelSetting, policy: SendingPolicy) -> Quiet | None:
    """When a channel rests: as it says itself; text messages at night; others as the policy says."""
    return setting.quiet_hours or QUIET.get(setting.channel) or policy.quiet_hours


def lacking(setting: ChannelSetting, message_class: str) -> str:
    """What the channel has to say before a message of this class can go out; empty when it says it all."""
    if setting.channel != EMAIL:
        return ""
    if not setting.sender:
        return "channels/email has no sender: say who sends, such as `Shop <news@shop.example>`."
    if message_class != TRANSACTIONAL and not setting.postal_address.strip():
        return (
            f"channels/email has no postal_address, and a mail of class {message_class} must show one: "
            "say where the sender lives."
        )
    return ""


EMAIL, TRANSACTIONAL = "email", "transactional"
# Every channel there is, in the order of their names.
CHANNELS = ("email", "in_app", "push", "sms", "social", "web_push", "webhook")
QUIET = {"sms": Quiet(time(21), time(8))}
