"""What a shop decided about channels and about sending, from and to messages."""

from datetime import time, timedelta

from google.protobuf.duration_pb2 import Duration
from rapport.campaign.v1 import content_pb2
from rapport.campaign.v1 import settings_pb2 as pb

from services.campaign.convert.links import channel, timestamp
from services.campaign.domain.caps import Cap
from services.campaign.domain.quiet import Quiet
from services.campaign.domain.settings import ChannelSetting, SendingPolicy


def channel_settings(setting: ChannelSetting) -> pb.ChannelSettings:
    """As it was set: quiet hours that were left out stay so."""
    found = pb.ChannelSettings(
        name=f"channels/{setting.channel}",
        channel=channel(setting.channel),
        enabled=setting.enabled,
        sender=setting.sender,
        reply_to=setting.reply_to,
        postal_address=setting.postal_address,
        tracking=setting.tracking,
        quiet_hours=quiet_hours(setting.quiet_hours),
        link_domain=setting.link_domain,
        stop_words=setting.stop_words,
        return_words=setting.return_words,
        etag=str(setting.revision),
    )
    if setting.updated:
        found.update_time.CopyFrom(timestamp(setting.updated))
    return found


def channel_value(said: pb.ChannelSettings, path: str) -> object:
    """What a caller wrote at *path*, as it is kept."""
    if path == "quiet_hours":
        return quiet(said.quiet_hours) if said.HasField("quiet_hours") else None
    if path in {"stop_words", "return_words"}:
        return tuple(word.strip().lower() for word in getattr(said, path))
    value: object = getattr(said, path)
    return value.strip() if isinstance(value, str) else value


def sending_policy(policy: SendingPolicy) -> pb.SendingPolicy:
    """What holds, the defaults included."""
    found = pb.SendingPolicy(
        name="sending_policy",
        caps=[cap_message(cap) for cap in policy.caps],
        quiet_hours=quiet_hours(policy.quiet_hours),
        support_quiet_period=duration(policy.support_quiet_period),
        control_group_basis_points=policy.control_group_basis_points,
        late_after=duration(policy.late_after),
        attribution=pb.Attribution.FromString(policy.attribution) if policy.attribution else None,
        etag=str(policy.revision),
    )
    if policy.updated:
        found.update_time.CopyFrom(timestamp(policy.updated))
    return found


def policy_value(said: pb.SendingPolicy, path: str) -> object:
    """What a caller wrote at *path*, as it is kept; the default where she left it out."""
    if path == "caps":
        return tuple(cap(each) for each in said.caps)
    if path == "control_group_basis_points":
        return said.control_group_basis_points
    if path not in {field.name for field, _ in said.ListFields()}:
        return getattr(SendingPolicy(), path)
    if path == "quiet_hours":
        return quiet(said.quiet_hours)
    if path == "attribution":
        return said.attribution.SerializeToString(deterministic=True)
    return length(getattr(said, path))


def cap(said: pb.FrequencyCap) -> Cap:
    message_class = content_pb2.MessageClass.Name(getattr(said, "class") or content_pb2.MARKETING).lower()
    where = content_pb2.Channel.Name(said.channel).lower() if said.channel else ""
    return Cap(said.count, length(said.window), message_class, where)


def cap_message(cap: Cap) -> pb.FrequencyCap:
    return pb.FrequencyCap(
        count=cap.count,
        window=duration(cap.window),
        channel=channel(cap.channel) if cap.channel else None,
        **{"class": cap.message_class.upper()},
    )


def quiet(said: pb.QuietHours) -> Quiet:
    return Quiet(time.fromisoformat(said.start), time.fromisoformat(said.end))


def quiet_hours(hours: Quiet | None) -> pb.QuietHours | None:
    return pb.QuietHours(start=f"{hours.start:%H:%M}", end=f"{hours.end:%H:%M}") if hours else None


def duration(length: timedelta) -> Duration:
    found = Duration(nanos=0)
    found.FromTimedelta(length)
    return found


def length(said: Duration) -> timedelta:
    """Centuries are for ever."""
    return timedelta(microseconds=min(said.ToMicroseconds(), LONGEST_US))


LONGEST_US = timedelta(days=36_525) // timedelta(microseconds=1)
