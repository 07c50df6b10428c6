import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rapport.access.v1 import access_pb2 as _access_pb2
from rapport.campaign.v1 import content_pb2 as _content_pb2
from rapport.campaign.v1 import journeys_pb2 as _journeys_pb2
from rapport.campaign.v1 import sending_pb2 as _sending_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MessageReference(_message.Message):
    __slots__ = ("send", "campaign", "run", "step", "template", "variant", "channel", "subject")
    SEND_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CLASS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    send: str
    campaign: str
    run: str
    step: str
    template: str
    variant: str
    channel: _content_pb2.Channel
    subject: str
    def __init__(self, send: _Optional[str] = ..., campaign: _Optional[str] = ..., run: _Optional[str] = ..., step: _Optional[str] = ..., template: _Optional[str] = ..., variant: _Optional[str] = ..., channel: _Optional[_Union[_content_pb2.Channel, str]] = ..., subject: _Optional[str] = ..., **kwargs) -> None: ...

class MessageSent(_message.Message):
    __slots__ = ("profile", "event_time", "message", "provider", "provider_id")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    message: MessageReference
    provider: str
    provider_id: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message: _Optional[_Union[MessageReference, _Mapping]] = ..., provider: _Optional[str] = ..., provider_id: _Optional[str] = ...) -> None: ...

class MessageDelivered(_message.Message):
    __slots__ = ("profile", "event_time", "message")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    message: MessageReference
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message: _Optional[_Union[MessageReference, _Mapping]] = ...) -> None: ...

class MessageOpened(_message.Message):
    __slots__ = ("profile", "event_time", "message", "origin")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    message: MessageReference
    origin: _sending_pb2.Origin
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message: _Optional[_Union[MessageReference, _Mapping]] = ..., origin: _Optional[_Union[_sending_pb2.Origin, str]] = ...) -> None: ...

class MessageClicked(_message.Message):
    __slots__ = ("profile", "event_time", "message", "origin", "url")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    message: MessageReference
    origin: _sending_pb2.Origin
    url: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message: _Optional[_Union[MessageReference, _Mapping]] = ..., origin: _Optional[_Union[_sending_pb2.Origin, str]] = ..., url: _Optional[str] = ...) -> None: ...

class MessageBounced(_message.Message):
    __slots__ = ("profile", "event_time", "message", "hard", "status_code", "description")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    HARD_FIELD_NUMBER: _ClassVar[int]
    STATUS_CODE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    message: MessageReference
    hard: bool
    status_code: str
    description: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message: _Optional[_Union[MessageReference, _Mapping]] = ..., hard: _Optional[bool] = ..., status_code: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...

class MessageComplained(_message.Message):
    __slots__ = ("profile", "event_time", "message")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    message: MessageReference
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message: _Optional[_Union[MessageReference, _Mapping]] = ...) -> None: ...

class MessageFailed(_message.Message):
    __slots__ = ("profile", "event_time", "message", "description")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    message: MessageReference
    description: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message: _Optional[_Union[MessageReference, _Mapping]] = ..., description: _Optional[str] = ...) -> None: ...

class MessageSuppressed(_message.Message):
    __slots__ = ("profile", "event_time", "message", "outcome", "rule", "description")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    message: MessageReference
    outcome: _sending_pb2.Decision.Outcome
    rule: _sending_pb2.PolicyRule
    description: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message: _Optional[_Union[MessageReference, _Mapping]] = ..., outcome: _Optional[_Union[_sending_pb2.Decision.Outcome, str]] = ..., rule: _Optional[_Union[_sending_pb2.PolicyRule, str]] = ..., description: _Optional[str] = ...) -> None: ...

class Unsubscribed(_message.Message):
    __slots__ = ("profile", "event_time", "message", "channel", "subscription_group", "source", "evidence", "address")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_GROUP_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    message: MessageReference
    channel: _content_pb2.Channel
    subscription_group: str
    source: str
    evidence: str
    address: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message: _Optional[_Union[MessageReference, _Mapping]] = ..., channel: _Optional[_Union[_content_pb2.Channel, str]] = ..., subscription_group: _Optional[str] = ..., source: _Optional[str] = ..., evidence: _Optional[str] = ..., address: _Optional[str] = ...) -> None: ...

class SubscriptionChanged(_message.Message):
    __slots__ = ("profile", "event_time", "subscription")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    subscription: _sending_pb2.Subscription
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., subscription: _Optional[_Union[_sending_pb2.Subscription, _Mapping]] = ...) -> None: ...

class AddressSuppressed(_message.Message):
    __slots__ = ("profile", "event_time", "suppression", "lifted")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSION_FIELD_NUMBER: _ClassVar[int]
    LIFTED_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    suppression: _sending_pb2.Suppression
    lifted: bool
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., suppression: _Optional[_Union[_sending_pb2.Suppression, _Mapping]] = ..., lifted: _Optional[bool] = ...) -> None: ...

class JourneyEntered(_message.Message):
    __slots__ = ("profile", "event_time", "journey", "run", "cause")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    journey: str
    run: str
    cause: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., journey: _Optional[str] = ..., run: _Optional[str] = ..., cause: _Optional[str] = ...) -> None: ...

class JourneyEnded(_message.Message):
    __slots__ = ("profile", "event_time", "journey", "run", "reason")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    journey: str
    run: str
    reason: _journeys_pb2.Run.EndReason
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., journey: _Optional[str] = ..., run: _Optional[str] = ..., reason: _Optional[_Union[_journeys_pb2.Run.EndReason, str]] = ...) -> None: ...

class CouponIssued(_message.Message):
    __slots__ = ("profile", "event_time", "coupon", "code", "expire_time")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    COUPON_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    coupon: str
    code: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., coupon: _Optional[str] = ..., code: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PointsAwarded(_message.Message):
    __slots__ = ("profile", "event_time", "run", "reference", "programme", "points", "description")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    run: str
    reference: str
    programme: str
    points: int
    description: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., run: _Optional[str] = ..., reference: _Optional[str] = ..., programme: _Optional[str] = ..., points: _Optional[int] = ..., description: _Optional[str] = ...) -> None: ...

class TraitAssigned(_message.Message):
    __slots__ = ("profile", "event_time", "run", "reference", "trait", "value")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    run: str
    reference: str
    trait: str
    value: bytes
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., run: _Optional[str] = ..., reference: _Optional[str] = ..., trait: _Optional[str] = ..., value: _Optional[bytes] = ...) -> None: ...

class TicketRequested(_message.Message):
    __slots__ = ("profile", "event_time", "run", "reference", "subject", "note", "team")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    run: str
    reference: str
    subject: str
    note: str
    team: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., run: _Optional[str] = ..., reference: _Optional[str] = ..., subject: _Optional[str] = ..., note: _Optional[str] = ..., team: _Optional[str] = ...) -> None: ...
