import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TierReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIER_REASON_UNSPECIFIED: _ClassVar[TierReason]
    ENROLLED: _ClassVar[TierReason]
    QUALIFIED: _ClassVar[TierReason]
    REVIEWED: _ClassVar[TierReason]
    REFUNDED: _ClassVar[TierReason]
    GRANTED: _ClassVar[TierReason]
    GRANT_ENDED: _ClassVar[TierReason]
    MERGED: _ClassVar[TierReason]
    TIERS_CHANGED: _ClassVar[TierReason]
TIER_REASON_UNSPECIFIED: TierReason
ENROLLED: TierReason
QUALIFIED: TierReason
REVIEWED: TierReason
REFUNDED: TierReason
GRANTED: TierReason
GRANT_ENDED: TierReason
MERGED: TierReason
TIERS_CHANGED: TierReason

class Account(_message.Message):
    __slots__ = ("name", "profile", "balances", "tier", "tier_until_time", "tier_metric", "next_tier", "next_tier_missing", "as_of_time", "create_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    TIER_UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    TIER_METRIC_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIER_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIER_MISSING_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    profile: str
    balances: _containers.RepeatedCompositeFieldContainer[Balance]
    tier: str
    tier_until_time: _timestamp_pb2.Timestamp
    tier_metric: int
    next_tier: str
    next_tier_missing: int
    as_of_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., profile: _Optional[str] = ..., balances: _Optional[_Iterable[_Union[Balance, _Mapping]]] = ..., tier: _Optional[str] = ..., tier_until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tier_metric: _Optional[int] = ..., next_tier: _Optional[str] = ..., next_tier_missing: _Optional[int] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Balance(_message.Message):
    __slots__ = ("currency", "active_points", "pending_points", "reserved_points", "debt_points", "expiring_points", "next_expire_time")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_POINTS_FIELD_NUMBER: _ClassVar[int]
    PENDING_POINTS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_POINTS_FIELD_NUMBER: _ClassVar[int]
    DEBT_POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRING_POINTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    currency: str
    active_points: int
    pending_points: int
    reserved_points: int
    debt_points: int
    expiring_points: int
    next_expire_time: _timestamp_pb2.Timestamp
    def __init__(self, currency: _Optional[str] = ..., active_points: _Optional[int] = ..., pending_points: _Optional[int] = ..., reserved_points: _Optional[int] = ..., debt_points: _Optional[int] = ..., expiring_points: _Optional[int] = ..., next_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Lot(_message.Message):
    __slots__ = ("name", "state", "points", "remaining_points", "reserved_points", "currency", "earn_time", "available_time", "expire_time", "source", "rule", "rule_version")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Lot.State]
        PENDING: _ClassVar[Lot.State]
        AVAILABLE: _ClassVar[Lot.State]
        USED_UP: _ClassVar[Lot.State]
        EXPIRED: _ClassVar[Lot.State]
        REJECTED: _ClassVar[Lot.State]
    STATE_UNSPECIFIED: Lot.State
    PENDING: Lot.State
    AVAILABLE: Lot.State
    USED_UP: Lot.State
    EXPIRED: Lot.State
    REJECTED: Lot.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_POINTS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_POINTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    EARN_TIME_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    RULE_VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: Lot.State
    points: int
    remaining_points: int
    reserved_points: int
    currency: str
    earn_time: _timestamp_pb2.Timestamp
    available_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    source: str
    rule: str
    rule_version: int
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[Lot.State, str]] = ..., points: _Optional[int] = ..., remaining_points: _Optional[int] = ..., reserved_points: _Optional[int] = ..., currency: _Optional[str] = ..., earn_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., available_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., source: _Optional[str] = ..., rule: _Optional[str] = ..., rule_version: _Optional[int] = ...) -> None: ...

class Entry(_message.Message):
    __slots__ = ("name", "kind", "points", "currency", "balance_after", "description", "source", "rule", "version", "actor", "event_time", "create_time", "postings", "replayed")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Entry.Kind]
        EARN: _ClassVar[Entry.Kind]
        PEND: _ClassVar[Entry.Kind]
        ACCEPT: _ClassVar[Entry.Kind]
        REJECT: _ClassVar[Entry.Kind]
        RESERVE: _ClassVar[Entry.Kind]
        CONFIRM: _ClassVar[Entry.Kind]
        RELEASE: _ClassVar[Entry.Kind]
        CLAW_BACK: _ClassVar[Entry.Kind]
        RETURN: _ClassVar[Entry.Kind]
        EXPIRE: _ClassVar[Entry.Kind]
        ADJUST: _ClassVar[Entry.Kind]
        MERGE: _ClassVar[Entry.Kind]
        REPAY: _ClassVar[Entry.Kind]
    KIND_UNSPECIFIED: Entry.Kind
    EARN: Entry.Kind
    PEND: Entry.Kind
    ACCEPT: Entry.Kind
    REJECT: Entry.Kind
    RESERVE: Entry.Kind
    CONFIRM: Entry.Kind
    RELEASE: Entry.Kind
    CLAW_BACK: Entry.Kind
    RETURN: Entry.Kind
    EXPIRE: Entry.Kind
    ADJUST: Entry.Kind
    MERGE: Entry.Kind
    REPAY: Entry.Kind
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    POSTINGS_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: Entry.Kind
    points: int
    currency: str
    balance_after: int
    description: str
    source: str
    rule: str
    version: int
    actor: str
    event_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    postings: _containers.RepeatedCompositeFieldContainer[Posting]
    replayed: bool
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[Entry.Kind, str]] = ..., points: _Optional[int] = ..., currency: _Optional[str] = ..., balance_after: _Optional[int] = ..., description: _Optional[str] = ..., source: _Optional[str] = ..., rule: _Optional[str] = ..., version: _Optional[int] = ..., actor: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., postings: _Optional[_Iterable[_Union[Posting, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class Posting(_message.Message):
    __slots__ = ("place", "points", "lot")
    class Place(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PLACE_UNSPECIFIED: _ClassVar[Posting.Place]
        MEMBER_PENDING: _ClassVar[Posting.Place]
        MEMBER_ACTIVE: _ClassVar[Posting.Place]
        MEMBER_RESERVED: _ClassVar[Posting.Place]
        MEMBER_DEBT: _ClassVar[Posting.Place]
        PROGRAMME_ISSUED: _ClassVar[Posting.Place]
        PROGRAMME_REDEEMED: _ClassVar[Posting.Place]
        PROGRAMME_EXPIRED: _ClassVar[Posting.Place]
        PROGRAMME_ADJUSTED: _ClassVar[Posting.Place]
    PLACE_UNSPECIFIED: Posting.Place
    MEMBER_PENDING: Posting.Place
    MEMBER_ACTIVE: Posting.Place
    MEMBER_RESERVED: Posting.Place
    MEMBER_DEBT: Posting.Place
    PROGRAMME_ISSUED: Posting.Place
    PROGRAMME_REDEEMED: Posting.Place
    PROGRAMME_EXPIRED: Posting.Place
    PROGRAMME_ADJUSTED: Posting.Place
    PLACE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    LOT_FIELD_NUMBER: _ClassVar[int]
    place: Posting.Place
    points: int
    lot: str
    def __init__(self, place: _Optional[_Union[Posting.Place, str]] = ..., points: _Optional[int] = ..., lot: _Optional[str] = ...) -> None: ...

class Reservation(_message.Message):
    __slots__ = ("name", "state", "points", "currency", "reward", "reference", "confirmed_points", "order", "coupon_code", "pins", "expire_time", "create_time", "end_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Reservation.State]
        HELD: _ClassVar[Reservation.State]
        CONFIRMED: _ClassVar[Reservation.State]
        RELEASED: _ClassVar[Reservation.State]
        TIMED_OUT: _ClassVar[Reservation.State]
    STATE_UNSPECIFIED: Reservation.State
    HELD: Reservation.State
    CONFIRMED: Reservation.State
    RELEASED: Reservation.State
    TIMED_OUT: Reservation.State
    class Pin(_message.Message):
        __slots__ = ("lot", "points")
        LOT_FIELD_NUMBER: _ClassVar[int]
        POINTS_FIELD_NUMBER: _ClassVar[int]
        lot: str
        points: int
        def __init__(self, lot: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_POINTS_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    COUPON_CODE_FIELD_NUMBER: _ClassVar[int]
    PINS_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: Reservation.State
    points: int
    currency: str
    reward: str
    reference: str
    confirmed_points: int
    order: str
    coupon_code: str
    pins: _containers.RepeatedCompositeFieldContainer[Reservation.Pin]
    expire_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[Reservation.State, str]] = ..., points: _Optional[int] = ..., currency: _Optional[str] = ..., reward: _Optional[str] = ..., reference: _Optional[str] = ..., confirmed_points: _Optional[int] = ..., order: _Optional[str] = ..., coupon_code: _Optional[str] = ..., pins: _Optional[_Iterable[_Union[Reservation.Pin, _Mapping]]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TierPeriod(_message.Message):
    __slots__ = ("tier", "start_time", "end_time", "reason", "metric", "note")
    TIER_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    tier: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    reason: TierReason
    metric: int
    note: str
    def __init__(self, tier: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[_Union[TierReason, str]] = ..., metric: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...

class Referral(_message.Message):
    __slots__ = ("name", "advocate", "referee", "state", "objection", "order", "entries", "create_time", "decide_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Referral.State]
        PENDING: _ClassVar[Referral.State]
        QUALIFIED: _ClassVar[Referral.State]
        REWARDED: _ClassVar[Referral.State]
        REJECTED: _ClassVar[Referral.State]
        CLAWED: _ClassVar[Referral.State]
    STATE_UNSPECIFIED: Referral.State
    PENDING: Referral.State
    QUALIFIED: Referral.State
    REWARDED: Referral.State
    REJECTED: Referral.State
    CLAWED: Referral.State
    class Objection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OBJECTION_UNSPECIFIED: _ClassVar[Referral.Objection]
        SELF_REFERRAL: _ClassVar[Referral.Objection]
        SAME_DEVICE: _ClassVar[Referral.Objection]
        SAME_ADDRESS: _ClassVar[Referral.Objection]
        NOT_FIRST_ORDER: _ClassVar[Referral.Objection]
        NETWORK_LIMIT: _ClassVar[Referral.Objection]
    OBJECTION_UNSPECIFIED: Referral.Objection
    SELF_REFERRAL: Referral.Objection
    SAME_DEVICE: Referral.Objection
    SAME_ADDRESS: Referral.Objection
    NOT_FIRST_ORDER: Referral.Objection
    NETWORK_LIMIT: Referral.Objection
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADVOCATE_FIELD_NUMBER: _ClassVar[int]
    REFEREE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OBJECTION_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    advocate: str
    referee: str
    state: Referral.State
    objection: Referral.Objection
    order: str
    entries: _containers.RepeatedScalarFieldContainer[str]
    create_time: _timestamp_pb2.Timestamp
    decide_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., advocate: _Optional[str] = ..., referee: _Optional[str] = ..., state: _Optional[_Union[Referral.State, str]] = ..., objection: _Optional[_Union[Referral.Objection, str]] = ..., order: _Optional[str] = ..., entries: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
