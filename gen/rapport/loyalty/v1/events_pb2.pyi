import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rapport.loyalty.v1 import ledger_pb2 as _ledger_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MemberEnrolled(_message.Message):
    __slots__ = ("profile", "event_time", "account", "tier")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    account: str
    tier: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[str] = ..., tier: _Optional[str] = ...) -> None: ...

class PointsEarned(_message.Message):
    __slots__ = ("profile", "event_time", "account", "entry", "points", "currency", "rule", "rule_version", "source", "available_time", "expire_time", "balance", "historical")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    RULE_VERSION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    account: str
    entry: str
    points: int
    currency: str
    rule: str
    rule_version: int
    source: str
    available_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    balance: _ledger_pb2.Balance
    historical: bool
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[str] = ..., entry: _Optional[str] = ..., points: _Optional[int] = ..., currency: _Optional[str] = ..., rule: _Optional[str] = ..., rule_version: _Optional[int] = ..., source: _Optional[str] = ..., available_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., balance: _Optional[_Union[_ledger_pb2.Balance, _Mapping]] = ..., historical: _Optional[bool] = ...) -> None: ...

class PointsAccepted(_message.Message):
    __slots__ = ("profile", "event_time", "account", "entry", "points", "currency", "source", "balance")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    account: str
    entry: str
    points: int
    currency: str
    source: str
    balance: _ledger_pb2.Balance
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[str] = ..., entry: _Optional[str] = ..., points: _Optional[int] = ..., currency: _Optional[str] = ..., source: _Optional[str] = ..., balance: _Optional[_Union[_ledger_pb2.Balance, _Mapping]] = ...) -> None: ...

class PointsClawedBack(_message.Message):
    __slots__ = ("profile", "event_time", "account", "entry", "points", "taken_points", "debt_points", "currency", "order", "refund_id", "balance")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    TAKEN_POINTS_FIELD_NUMBER: _ClassVar[int]
    DEBT_POINTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    account: str
    entry: str
    points: int
    taken_points: int
    debt_points: int
    currency: str
    order: str
    refund_id: str
    balance: _ledger_pb2.Balance
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[str] = ..., entry: _Optional[str] = ..., points: _Optional[int] = ..., taken_points: _Optional[int] = ..., debt_points: _Optional[int] = ..., currency: _Optional[str] = ..., order: _Optional[str] = ..., refund_id: _Optional[str] = ..., balance: _Optional[_Union[_ledger_pb2.Balance, _Mapping]] = ...) -> None: ...

class PointsExpired(_message.Message):
    __slots__ = ("profile", "event_time", "account", "entry", "points", "currency", "lot", "balance")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LOT_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    account: str
    entry: str
    points: int
    currency: str
    lot: str
    balance: _ledger_pb2.Balance
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[str] = ..., entry: _Optional[str] = ..., points: _Optional[int] = ..., currency: _Optional[str] = ..., lot: _Optional[str] = ..., balance: _Optional[_Union[_ledger_pb2.Balance, _Mapping]] = ...) -> None: ...

class PointsRedeemed(_message.Message):
    __slots__ = ("profile", "event_time", "account", "entry", "points", "currency", "reservation", "reward", "order", "balance")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    account: str
    entry: str
    points: int
    currency: str
    reservation: str
    reward: str
    order: str
    balance: _ledger_pb2.Balance
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[str] = ..., entry: _Optional[str] = ..., points: _Optional[int] = ..., currency: _Optional[str] = ..., reservation: _Optional[str] = ..., reward: _Optional[str] = ..., order: _Optional[str] = ..., balance: _Optional[_Union[_ledger_pb2.Balance, _Mapping]] = ...) -> None: ...

class PointsReturned(_message.Message):
    __slots__ = ("profile", "event_time", "account", "entry", "points", "currency", "order", "balance")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    account: str
    entry: str
    points: int
    currency: str
    order: str
    balance: _ledger_pb2.Balance
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[str] = ..., entry: _Optional[str] = ..., points: _Optional[int] = ..., currency: _Optional[str] = ..., order: _Optional[str] = ..., balance: _Optional[_Union[_ledger_pb2.Balance, _Mapping]] = ...) -> None: ...

class PointsAdjusted(_message.Message):
    __slots__ = ("profile", "event_time", "account", "entry", "points", "currency", "reason", "actor", "balance")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    account: str
    entry: str
    points: int
    currency: str
    reason: str
    actor: str
    balance: _ledger_pb2.Balance
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[str] = ..., entry: _Optional[str] = ..., points: _Optional[int] = ..., currency: _Optional[str] = ..., reason: _Optional[str] = ..., actor: _Optional[str] = ..., balance: _Optional[_Union[_ledger_pb2.Balance, _Mapping]] = ...) -> None: ...

class TierChanged(_message.Message):
    __slots__ = ("profile", "event_time", "account", "tier", "former_tier", "display_name", "upgrade", "reason", "until_time", "metric")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    FORMER_TIER_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    UPGRADE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    account: str
    tier: str
    former_tier: str
    display_name: str
    upgrade: bool
    reason: _ledger_pb2.TierReason
    until_time: _timestamp_pb2.Timestamp
    metric: int
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[str] = ..., tier: _Optional[str] = ..., former_tier: _Optional[str] = ..., display_name: _Optional[str] = ..., upgrade: _Optional[bool] = ..., reason: _Optional[_Union[_ledger_pb2.TierReason, str]] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metric: _Optional[int] = ...) -> None: ...

class ReferralDecided(_message.Message):
    __slots__ = ("profile", "event_time", "referral", "referee", "state", "objection")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    REFEREE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OBJECTION_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    referral: str
    referee: str
    state: _ledger_pb2.Referral.State
    objection: _ledger_pb2.Referral.Objection
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., referral: _Optional[str] = ..., referee: _Optional[str] = ..., state: _Optional[_Union[_ledger_pb2.Referral.State, str]] = ..., objection: _Optional[_Union[_ledger_pb2.Referral.Objection, str]] = ...) -> None: ...
