import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rapport.access.v1 import access_pb2 as _access_pb2
from rapport.campaign.v1 import content_pb2 as _content_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PolicyRule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POLICY_RULE_UNSPECIFIED: _ClassVar[PolicyRule]
    NOT_ERASED: _ClassVar[PolicyRule]
    ADDRESS_KNOWN: _ClassVar[PolicyRule]
    ADDRESS_NOT_SUPPRESSED: _ClassVar[PolicyRule]
    CONSENT: _ClassVar[PolicyRule]
    SUBSCRIPTION: _ClassVar[PolicyRule]
    SUPPORT_QUIET_PERIOD: _ClassVar[PolicyRule]
    FREQUENCY_CAP: _ClassVar[PolicyRule]
    QUIET_HOURS: _ClassVar[PolicyRule]
    HOLDOUT: _ClassVar[PolicyRule]

class Origin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORIGIN_UNSPECIFIED: _ClassVar[Origin]
    HUMAN: _ClassVar[Origin]
    MACHINE: _ClassVar[Origin]
    UNCERTAIN: _ClassVar[Origin]
POLICY_RULE_UNSPECIFIED: PolicyRule
NOT_ERASED: PolicyRule
ADDRESS_KNOWN: PolicyRule
ADDRESS_NOT_SUPPRESSED: PolicyRule
CONSENT: PolicyRule
SUBSCRIPTION: PolicyRule
SUPPORT_QUIET_PERIOD: PolicyRule
FREQUENCY_CAP: PolicyRule
QUIET_HOURS: PolicyRule
HOLDOUT: PolicyRule
ORIGIN_UNSPECIFIED: Origin
HUMAN: Origin
MACHINE: Origin
UNCERTAIN: Origin

class Send(_message.Message):
    __slots__ = ("name", "profile", "template", "template_revision", "data", "channel", "state", "campaign", "run", "step", "variant", "address", "provider", "provider_id", "failure", "decisions", "reactions", "create_time", "send_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Send.State]
        CLAIMED: _ClassVar[Send.State]
        HANDED_OVER: _ClassVar[Send.State]
        CONFIRMED: _ClassVar[Send.State]
        FAILED: _ClassVar[Send.State]
        UNKNOWN: _ClassVar[Send.State]
        WAITING: _ClassVar[Send.State]
        SUPPRESSED: _ClassVar[Send.State]
        HELD_OUT: _ClassVar[Send.State]
    STATE_UNSPECIFIED: Send.State
    CLAIMED: Send.State
    HANDED_OVER: Send.State
    CONFIRMED: Send.State
    FAILED: Send.State
    UNKNOWN: Send.State
    WAITING: Send.State
    SUPPRESSED: Send.State
    HELD_OUT: Send.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_REVISION_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CLASS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    REACTIONS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    SEND_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    profile: str
    template: str
    template_revision: int
    data: bytes
    channel: _content_pb2.Channel
    state: Send.State
    campaign: str
    run: str
    step: str
    variant: str
    address: str
    provider: str
    provider_id: str
    failure: str
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    reactions: _containers.RepeatedCompositeFieldContainer[Reaction]
    create_time: _timestamp_pb2.Timestamp
    send_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., profile: _Optional[str] = ..., template: _Optional[str] = ..., template_revision: _Optional[int] = ..., data: _Optional[bytes] = ..., channel: _Optional[_Union[_content_pb2.Channel, str]] = ..., state: _Optional[_Union[Send.State, str]] = ..., campaign: _Optional[str] = ..., run: _Optional[str] = ..., step: _Optional[str] = ..., variant: _Optional[str] = ..., address: _Optional[str] = ..., provider: _Optional[str] = ..., provider_id: _Optional[str] = ..., failure: _Optional[str] = ..., decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ..., reactions: _Optional[_Iterable[_Union[Reaction, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., send_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., **kwargs) -> None: ...

class Decision(_message.Message):
    __slots__ = ("outcome", "rule", "description", "retry_time", "event_time")
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTCOME_UNSPECIFIED: _ClassVar[Decision.Outcome]
        SEND: _ClassVar[Decision.Outcome]
        SKIP: _ClassVar[Decision.Outcome]
        WAIT: _ClassVar[Decision.Outcome]
        LEAVE: _ClassVar[Decision.Outcome]
        HOLD_OUT: _ClassVar[Decision.Outcome]
    OUTCOME_UNSPECIFIED: Decision.Outcome
    SEND: Decision.Outcome
    SKIP: Decision.Outcome
    WAIT: Decision.Outcome
    LEAVE: Decision.Outcome
    HOLD_OUT: Decision.Outcome
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RETRY_TIME_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    outcome: Decision.Outcome
    rule: PolicyRule
    description: str
    retry_time: _timestamp_pb2.Timestamp
    event_time: _timestamp_pb2.Timestamp
    def __init__(self, outcome: _Optional[_Union[Decision.Outcome, str]] = ..., rule: _Optional[_Union[PolicyRule, str]] = ..., description: _Optional[str] = ..., retry_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Reaction(_message.Message):
    __slots__ = ("kind", "origin", "url", "description", "event_time")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Reaction.Kind]
        DELIVERED: _ClassVar[Reaction.Kind]
        OPENED: _ClassVar[Reaction.Kind]
        CLICKED: _ClassVar[Reaction.Kind]
        BOUNCED_HARD: _ClassVar[Reaction.Kind]
        BOUNCED_SOFT: _ClassVar[Reaction.Kind]
        COMPLAINED: _ClassVar[Reaction.Kind]
        UNSUBSCRIBED: _ClassVar[Reaction.Kind]
    KIND_UNSPECIFIED: Reaction.Kind
    DELIVERED: Reaction.Kind
    OPENED: Reaction.Kind
    CLICKED: Reaction.Kind
    BOUNCED_HARD: Reaction.Kind
    BOUNCED_SOFT: Reaction.Kind
    COMPLAINED: Reaction.Kind
    UNSUBSCRIBED: Reaction.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    kind: Reaction.Kind
    origin: Origin
    url: str
    description: str
    event_time: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[_Union[Reaction.Kind, str]] = ..., origin: _Optional[_Union[Origin, str]] = ..., url: _Optional[str] = ..., description: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SendExplanation(_message.Message):
    __slots__ = ("profile", "campaign", "summary", "reached", "not_reached_reason", "sends", "checks")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    REACHED_FIELD_NUMBER: _ClassVar[int]
    NOT_REACHED_REASON_FIELD_NUMBER: _ClassVar[int]
    SENDS_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    profile: str
    campaign: str
    summary: str
    reached: bool
    not_reached_reason: str
    sends: _containers.RepeatedCompositeFieldContainer[Send]
    checks: _containers.RepeatedCompositeFieldContainer[PolicyCheck]
    def __init__(self, profile: _Optional[str] = ..., campaign: _Optional[str] = ..., summary: _Optional[str] = ..., reached: _Optional[bool] = ..., not_reached_reason: _Optional[str] = ..., sends: _Optional[_Iterable[_Union[Send, _Mapping]]] = ..., checks: _Optional[_Iterable[_Union[PolicyCheck, _Mapping]]] = ...) -> None: ...

class PolicyCheck(_message.Message):
    __slots__ = ("rule", "passed", "exempt", "description", "until_time")
    RULE_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    EXEMPT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    rule: PolicyRule
    passed: bool
    exempt: bool
    description: str
    until_time: _timestamp_pb2.Timestamp
    def __init__(self, rule: _Optional[_Union[PolicyRule, str]] = ..., passed: _Optional[bool] = ..., exempt: _Optional[bool] = ..., description: _Optional[str] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Suppression(_message.Message):
    __slots__ = ("name", "channel", "address", "reason", "description", "marketing_only", "send", "create_time")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[Suppression.Reason]
        HARD_BOUNCE: _ClassVar[Suppression.Reason]
        COMPLAINT: _ClassVar[Suppression.Reason]
        REQUEST: _ClassVar[Suppression.Reason]
        IMPORTED: _ClassVar[Suppression.Reason]
        ERASED: _ClassVar[Suppression.Reason]
    REASON_UNSPECIFIED: Suppression.Reason
    HARD_BOUNCE: Suppression.Reason
    COMPLAINT: Suppression.Reason
    REQUEST: Suppression.Reason
    IMPORTED: Suppression.Reason
    ERASED: Suppression.Reason
    NAME_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    MARKETING_ONLY_FIELD_NUMBER: _ClassVar[int]
    SEND_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    channel: _content_pb2.Channel
    address: str
    reason: Suppression.Reason
    description: str
    marketing_only: bool
    send: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., channel: _Optional[_Union[_content_pb2.Channel, str]] = ..., address: _Optional[str] = ..., reason: _Optional[_Union[Suppression.Reason, str]] = ..., description: _Optional[str] = ..., marketing_only: _Optional[bool] = ..., send: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SubscriptionGroup(_message.Message):
    __slots__ = ("name", "display_name", "description", "rank", "channels", "default_subscribed", "hidden", "etag", "create_time", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_SUBSCRIBED_FIELD_NUMBER: _ClassVar[int]
    HIDDEN_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    description: str
    rank: int
    channels: _containers.RepeatedScalarFieldContainer[_content_pb2.Channel]
    default_subscribed: bool
    hidden: bool
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., rank: _Optional[int] = ..., channels: _Optional[_Iterable[_Union[_content_pb2.Channel, str]]] = ..., default_subscribed: _Optional[bool] = ..., hidden: _Optional[bool] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Subscription(_message.Message):
    __slots__ = ("name", "subscription_group", "display_name", "subscribed", "by_default", "source", "evidence", "update_time", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_GROUP_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBED_FIELD_NUMBER: _ClassVar[int]
    BY_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    subscription_group: str
    display_name: str
    subscribed: bool
    by_default: bool
    source: str
    evidence: str
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., subscription_group: _Optional[str] = ..., display_name: _Optional[str] = ..., subscribed: _Optional[bool] = ..., by_default: _Optional[bool] = ..., source: _Optional[str] = ..., evidence: _Optional[str] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...
