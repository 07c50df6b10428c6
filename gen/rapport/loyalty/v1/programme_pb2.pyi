import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import money_pb2 as _money_pb2
from rapport.conditions.v1 import conditions_pb2 as _conditions_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Programme(_message.Message):
    __slots__ = ("name", "display_name", "state", "currencies", "time_zone", "expiry", "spending_order", "refund_policy", "cost_per_point", "redemption_rate_basis_points", "reservation_ttl", "tier_metric", "return_grace", "version", "etag", "create_time", "update_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Programme.State]
        ACTIVE: _ClassVar[Programme.State]
        CLOSED: _ClassVar[Programme.State]
    STATE_UNSPECIFIED: Programme.State
    ACTIVE: Programme.State
    CLOSED: Programme.State
    class SpendingOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SPENDING_ORDER_UNSPECIFIED: _ClassVar[Programme.SpendingOrder]
        EARLIEST_EXPIRY: _ClassVar[Programme.SpendingOrder]
        FIRST_IN_FIRST_OUT: _ClassVar[Programme.SpendingOrder]
    SPENDING_ORDER_UNSPECIFIED: Programme.SpendingOrder
    EARLIEST_EXPIRY: Programme.SpendingOrder
    FIRST_IN_FIRST_OUT: Programme.SpendingOrder
    class RefundPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REFUND_POLICY_UNSPECIFIED: _ClassVar[Programme.RefundPolicy]
        CLAMP: _ClassVar[Programme.RefundPolicy]
        DEBT: _ClassVar[Programme.RefundPolicy]
    REFUND_POLICY_UNSPECIFIED: Programme.RefundPolicy
    CLAMP: Programme.RefundPolicy
    DEBT: Programme.RefundPolicy
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_FIELD_NUMBER: _ClassVar[int]
    SPENDING_ORDER_FIELD_NUMBER: _ClassVar[int]
    REFUND_POLICY_FIELD_NUMBER: _ClassVar[int]
    COST_PER_POINT_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_RATE_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_TTL_FIELD_NUMBER: _ClassVar[int]
    TIER_METRIC_FIELD_NUMBER: _ClassVar[int]
    RETURN_GRACE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    state: Programme.State
    currencies: _containers.RepeatedCompositeFieldContainer[PointsCurrency]
    time_zone: str
    expiry: Expiry
    spending_order: Programme.SpendingOrder
    refund_policy: Programme.RefundPolicy
    cost_per_point: _money_pb2.Money
    redemption_rate_basis_points: int
    reservation_ttl: _duration_pb2.Duration
    tier_metric: TierMetric
    return_grace: _duration_pb2.Duration
    version: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., state: _Optional[_Union[Programme.State, str]] = ..., currencies: _Optional[_Iterable[_Union[PointsCurrency, _Mapping]]] = ..., time_zone: _Optional[str] = ..., expiry: _Optional[_Union[Expiry, _Mapping]] = ..., spending_order: _Optional[_Union[Programme.SpendingOrder, str]] = ..., refund_policy: _Optional[_Union[Programme.RefundPolicy, str]] = ..., cost_per_point: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., redemption_rate_basis_points: _Optional[int] = ..., reservation_ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., tier_metric: _Optional[_Union[TierMetric, _Mapping]] = ..., return_grace: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., version: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PointsCurrency(_message.Message):
    __slots__ = ("code", "display_name")
    CODE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    code: str
    display_name: str
    def __init__(self, code: _Optional[str] = ..., display_name: _Optional[str] = ...) -> None: ...

class Expiry(_message.Message):
    __slots__ = ("days", "months", "date", "inactivity", "round_up_to")
    class Inactivity(_message.Message):
        __slots__ = ("days", "reset_by")
        DAYS_FIELD_NUMBER: _ClassVar[int]
        RESET_BY_FIELD_NUMBER: _ClassVar[int]
        days: int
        reset_by: _conditions_pb2.EventFilter
        def __init__(self, days: _Optional[int] = ..., reset_by: _Optional[_Union[_conditions_pb2.EventFilter, _Mapping]] = ...) -> None: ...
    DAYS_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    INACTIVITY_FIELD_NUMBER: _ClassVar[int]
    ROUND_UP_TO_FIELD_NUMBER: _ClassVar[int]
    days: int
    months: int
    date: str
    inactivity: Expiry.Inactivity
    round_up_to: _conditions_pb2.Period
    def __init__(self, days: _Optional[int] = ..., months: _Optional[int] = ..., date: _Optional[str] = ..., inactivity: _Optional[_Union[Expiry.Inactivity, _Mapping]] = ..., round_up_to: _Optional[_Union[_conditions_pb2.Period, str]] = ...) -> None: ...

class EarnRule(_message.Message):
    __slots__ = ("name", "display_name", "rank", "group", "order", "event", "condition", "currency", "active_from_time", "active_until_time", "pending", "expiry", "daily_limit", "version", "etag", "create_time", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_FIELD_NUMBER: _ClassVar[int]
    DAILY_LIMIT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    rank: int
    group: str
    order: OrderEarning
    event: EventEarning
    condition: _conditions_pb2.Condition
    currency: str
    active_from_time: _timestamp_pb2.Timestamp
    active_until_time: _timestamp_pb2.Timestamp
    pending: _duration_pb2.Duration
    expiry: Expiry
    daily_limit: int
    version: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., rank: _Optional[int] = ..., group: _Optional[str] = ..., order: _Optional[_Union[OrderEarning, _Mapping]] = ..., event: _Optional[_Union[EventEarning, _Mapping]] = ..., condition: _Optional[_Union[_conditions_pb2.Condition, _Mapping]] = ..., currency: _Optional[str] = ..., active_from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., active_until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pending: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., expiry: _Optional[_Union[Expiry, _Mapping]] = ..., daily_limit: _Optional[int] = ..., version: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OrderEarning(_message.Message):
    __slots__ = ("points_per_unit", "product_ids", "categories", "brands", "collections", "minimum", "fixed_points", "factors")
    class TierFactor(_message.Message):
        __slots__ = ("tier", "factor")
        TIER_FIELD_NUMBER: _ClassVar[int]
        FACTOR_FIELD_NUMBER: _ClassVar[int]
        tier: str
        factor: str
        def __init__(self, tier: _Optional[str] = ..., factor: _Optional[str] = ...) -> None: ...
    POINTS_PER_UNIT_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_IDS_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    BRANDS_FIELD_NUMBER: _ClassVar[int]
    COLLECTIONS_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    FIXED_POINTS_FIELD_NUMBER: _ClassVar[int]
    FACTORS_FIELD_NUMBER: _ClassVar[int]
    points_per_unit: str
    product_ids: _containers.RepeatedScalarFieldContainer[str]
    categories: _containers.RepeatedScalarFieldContainer[str]
    brands: _containers.RepeatedScalarFieldContainer[str]
    collections: _containers.RepeatedScalarFieldContainer[str]
    minimum: _money_pb2.Money
    fixed_points: int
    factors: _containers.RepeatedCompositeFieldContainer[OrderEarning.TierFactor]
    def __init__(self, points_per_unit: _Optional[str] = ..., product_ids: _Optional[_Iterable[str]] = ..., categories: _Optional[_Iterable[str]] = ..., brands: _Optional[_Iterable[str]] = ..., collections: _Optional[_Iterable[str]] = ..., minimum: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., fixed_points: _Optional[int] = ..., factors: _Optional[_Iterable[_Union[OrderEarning.TierFactor, _Mapping]]] = ...) -> None: ...

class EventEarning(_message.Message):
    __slots__ = ("events", "points")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    events: _conditions_pb2.EventFilter
    points: int
    def __init__(self, events: _Optional[_Union[_conditions_pb2.EventFilter, _Mapping]] = ..., points: _Optional[int] = ...) -> None: ...

class BasisLine(_message.Message):
    __slots__ = ("product_id", "category", "brand", "collection", "amount")
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    BRAND_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    product_id: str
    category: str
    brand: str
    collection: str
    amount: _money_pb2.Money
    def __init__(self, product_id: _Optional[str] = ..., category: _Optional[str] = ..., brand: _Optional[str] = ..., collection: _Optional[str] = ..., amount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class TierMetric(_message.Message):
    __slots__ = ("kind", "window", "months", "currency")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[TierMetric.Kind]
        SPEND: _ClassVar[TierMetric.Kind]
        POINTS_EARNED: _ClassVar[TierMetric.Kind]
        ORDERS: _ClassVar[TierMetric.Kind]
    KIND_UNSPECIFIED: TierMetric.Kind
    SPEND: TierMetric.Kind
    POINTS_EARNED: TierMetric.Kind
    ORDERS: TierMetric.Kind
    class Window(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WINDOW_UNSPECIFIED: _ClassVar[TierMetric.Window]
        ROLLING_MONTHS: _ClassVar[TierMetric.Window]
        CALENDAR_YEAR: _ClassVar[TierMetric.Window]
        MEMBERSHIP_YEAR: _ClassVar[TierMetric.Window]
        LIFETIME: _ClassVar[TierMetric.Window]
    WINDOW_UNSPECIFIED: TierMetric.Window
    ROLLING_MONTHS: TierMetric.Window
    CALENDAR_YEAR: TierMetric.Window
    MEMBERSHIP_YEAR: TierMetric.Window
    LIFETIME: TierMetric.Window
    KIND_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    kind: TierMetric.Kind
    window: TierMetric.Window
    months: int
    currency: str
    def __init__(self, kind: _Optional[_Union[TierMetric.Kind, str]] = ..., window: _Optional[_Union[TierMetric.Window, str]] = ..., months: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class Tier(_message.Message):
    __slots__ = ("name", "display_name", "threshold", "renewal_threshold", "validity_months", "grace_days", "downgrade", "downgrade_on_refund", "benefits", "member_count", "etag", "create_time", "update_time")
    class Downgrade(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DOWNGRADE_UNSPECIFIED: _ClassVar[Tier.Downgrade]
        ONE_LEVEL: _ClassVar[Tier.Downgrade]
        REEVALUATE: _ClassVar[Tier.Downgrade]
    DOWNGRADE_UNSPECIFIED: Tier.Downgrade
    ONE_LEVEL: Tier.Downgrade
    REEVALUATE: Tier.Downgrade
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_MONTHS_FIELD_NUMBER: _ClassVar[int]
    GRACE_DAYS_FIELD_NUMBER: _ClassVar[int]
    DOWNGRADE_FIELD_NUMBER: _ClassVar[int]
    DOWNGRADE_ON_REFUND_FIELD_NUMBER: _ClassVar[int]
    BENEFITS_FIELD_NUMBER: _ClassVar[int]
    MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    threshold: int
    renewal_threshold: int
    validity_months: int
    grace_days: int
    downgrade: Tier.Downgrade
    downgrade_on_refund: bool
    benefits: _containers.RepeatedScalarFieldContainer[str]
    member_count: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., threshold: _Optional[int] = ..., renewal_threshold: _Optional[int] = ..., validity_months: _Optional[int] = ..., grace_days: _Optional[int] = ..., downgrade: _Optional[_Union[Tier.Downgrade, str]] = ..., downgrade_on_refund: _Optional[bool] = ..., benefits: _Optional[_Iterable[str]] = ..., member_count: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Reward(_message.Message):
    __slots__ = ("name", "display_name", "description", "price", "currency", "kind", "coupon_pool", "stock_count", "condition", "active_from_time", "active_until_time", "etag", "create_time", "update_time")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Reward.Kind]
        COUPON: _ClassVar[Reward.Kind]
        PRODUCT: _ClassVar[Reward.Kind]
        CUSTOM: _ClassVar[Reward.Kind]
    KIND_UNSPECIFIED: Reward.Kind
    COUPON: Reward.Kind
    PRODUCT: Reward.Kind
    CUSTOM: Reward.Kind
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    COUPON_POOL_FIELD_NUMBER: _ClassVar[int]
    STOCK_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    description: str
    price: int
    currency: str
    kind: Reward.Kind
    coupon_pool: str
    stock_count: int
    condition: _conditions_pb2.Condition
    active_from_time: _timestamp_pb2.Timestamp
    active_until_time: _timestamp_pb2.Timestamp
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., price: _Optional[int] = ..., currency: _Optional[str] = ..., kind: _Optional[_Union[Reward.Kind, str]] = ..., coupon_pool: _Optional[str] = ..., stock_count: _Optional[int] = ..., condition: _Optional[_Union[_conditions_pb2.Condition, _Mapping]] = ..., active_from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., active_until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Liability(_message.Message):
    __slots__ = ("name", "as_of_time", "currencies")
    class CurrencyLiability(_message.Message):
        __slots__ = ("currency", "opening_points", "issued_points", "redeemed_points", "expired_points", "adjusted_points", "closing_points", "cost", "slices")
        CURRENCY_FIELD_NUMBER: _ClassVar[int]
        OPENING_POINTS_FIELD_NUMBER: _ClassVar[int]
        ISSUED_POINTS_FIELD_NUMBER: _ClassVar[int]
        REDEEMED_POINTS_FIELD_NUMBER: _ClassVar[int]
        EXPIRED_POINTS_FIELD_NUMBER: _ClassVar[int]
        ADJUSTED_POINTS_FIELD_NUMBER: _ClassVar[int]
        CLOSING_POINTS_FIELD_NUMBER: _ClassVar[int]
        COST_FIELD_NUMBER: _ClassVar[int]
        SLICES_FIELD_NUMBER: _ClassVar[int]
        currency: str
        opening_points: int
        issued_points: int
        redeemed_points: int
        expired_points: int
        adjusted_points: int
        closing_points: int
        cost: _money_pb2.Money
        slices: _containers.RepeatedCompositeFieldContainer[Liability.Slice]
        def __init__(self, currency: _Optional[str] = ..., opening_points: _Optional[int] = ..., issued_points: _Optional[int] = ..., redeemed_points: _Optional[int] = ..., expired_points: _Optional[int] = ..., adjusted_points: _Optional[int] = ..., closing_points: _Optional[int] = ..., cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., slices: _Optional[_Iterable[_Union[Liability.Slice, _Mapping]]] = ...) -> None: ...
    class Slice(_message.Message):
        __slots__ = ("month", "tier", "points")
        MONTH_FIELD_NUMBER: _ClassVar[int]
        TIER_FIELD_NUMBER: _ClassVar[int]
        POINTS_FIELD_NUMBER: _ClassVar[int]
        month: str
        tier: str
        points: int
        def __init__(self, month: _Optional[str] = ..., tier: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    CURRENCIES_FIELD_NUMBER: _ClassVar[int]
    name: str
    as_of_time: _timestamp_pb2.Timestamp
    currencies: _containers.RepeatedCompositeFieldContainer[Liability.CurrencyLiability]
    def __init__(self, name: _Optional[str] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., currencies: _Optional[_Iterable[_Union[Liability.CurrencyLiability, _Mapping]]] = ...) -> None: ...
