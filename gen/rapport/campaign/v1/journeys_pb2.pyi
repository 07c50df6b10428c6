import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rapport.access.v1 import access_pb2 as _access_pb2
from rapport.campaign.v1 import content_pb2 as _content_pb2
from rapport.conditions.v1 import conditions_pb2 as _conditions_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Journey(_message.Message):
    __slots__ = ("name", "display_name", "description", "state", "graph", "version", "draft_changed", "blueprint", "active_run_count", "warnings", "etag", "create_time", "update_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Journey.State]
        DRAFT: _ClassVar[Journey.State]
        LIVE: _ClassVar[Journey.State]
        PAUSED: _ClassVar[Journey.State]
        ARCHIVED: _ClassVar[Journey.State]
    STATE_UNSPECIFIED: Journey.State
    DRAFT: Journey.State
    LIVE: Journey.State
    PAUSED: Journey.State
    ARCHIVED: Journey.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    GRAPH_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DRAFT_CHANGED_FIELD_NUMBER: _ClassVar[int]
    BLUEPRINT_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_RUN_COUNT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    description: str
    state: Journey.State
    graph: Graph
    version: str
    draft_changed: bool
    blueprint: str
    active_run_count: int
    warnings: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., state: _Optional[_Union[Journey.State, str]] = ..., graph: _Optional[_Union[Graph, _Mapping]] = ..., version: _Optional[str] = ..., draft_changed: _Optional[bool] = ..., blueprint: _Optional[str] = ..., active_run_count: _Optional[int] = ..., warnings: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class JourneyVersion(_message.Message):
    __slots__ = ("name", "graph", "active_run_count", "publisher", "create_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    GRAPH_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_RUN_COUNT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHER_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    graph: Graph
    active_run_count: int
    publisher: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., graph: _Optional[_Union[Graph, _Mapping]] = ..., active_run_count: _Optional[int] = ..., publisher: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Blueprint(_message.Message):
    __slots__ = ("name", "display_name", "description", "graph", "templates")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    GRAPH_FIELD_NUMBER: _ClassVar[int]
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    description: str
    graph: Graph
    templates: _containers.RepeatedCompositeFieldContainer[_content_pb2.Template]
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., graph: _Optional[_Union[Graph, _Mapping]] = ..., templates: _Optional[_Iterable[_Union[_content_pb2.Template, _Mapping]]] = ...) -> None: ...

class Graph(_message.Message):
    __slots__ = ("triggers", "entry", "run_per", "reentry", "steps", "goal", "exits", "exempt_from_support_quiet_period", "holdout_basis_points")
    class RunPer(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RUN_PER_UNSPECIFIED: _ClassVar[Graph.RunPer]
        PROFILE: _ClassVar[Graph.RunPer]
        ORDER: _ClassVar[Graph.RunPer]
        CART: _ClassVar[Graph.RunPer]
        SUBSCRIPTION: _ClassVar[Graph.RunPer]
        PRODUCT: _ClassVar[Graph.RunPer]
    RUN_PER_UNSPECIFIED: Graph.RunPer
    PROFILE: Graph.RunPer
    ORDER: Graph.RunPer
    CART: Graph.RunPer
    SUBSCRIPTION: Graph.RunPer
    PRODUCT: Graph.RunPer
    TRIGGERS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    RUN_PER_FIELD_NUMBER: _ClassVar[int]
    REENTRY_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    EXITS_FIELD_NUMBER: _ClassVar[int]
    EXEMPT_FROM_SUPPORT_QUIET_PERIOD_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    triggers: _containers.RepeatedCompositeFieldContainer[Trigger]
    entry: _conditions_pb2.Condition
    run_per: Graph.RunPer
    reentry: Reentry
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    goal: Goal
    exits: _containers.RepeatedCompositeFieldContainer[Goal]
    exempt_from_support_quiet_period: bool
    holdout_basis_points: int
    def __init__(self, triggers: _Optional[_Iterable[_Union[Trigger, _Mapping]]] = ..., entry: _Optional[_Union[_conditions_pb2.Condition, _Mapping]] = ..., run_per: _Optional[_Union[Graph.RunPer, str]] = ..., reentry: _Optional[_Union[Reentry, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., goal: _Optional[_Union[Goal, _Mapping]] = ..., exits: _Optional[_Iterable[_Union[Goal, _Mapping]]] = ..., exempt_from_support_quiet_period: _Optional[bool] = ..., holdout_basis_points: _Optional[int] = ...) -> None: ...

class Trigger(_message.Message):
    __slots__ = ("event", "segment_entered", "segment_exited", "date", "product", "replenishment")
    class DateTrigger(_message.Message):
        __slots__ = ("path", "offset_days", "yearly", "local_time")
        PATH_FIELD_NUMBER: _ClassVar[int]
        OFFSET_DAYS_FIELD_NUMBER: _ClassVar[int]
        YEARLY_FIELD_NUMBER: _ClassVar[int]
        LOCAL_TIME_FIELD_NUMBER: _ClassVar[int]
        path: str
        offset_days: int
        yearly: bool
        local_time: str
        def __init__(self, path: _Optional[str] = ..., offset_days: _Optional[int] = ..., yearly: _Optional[bool] = ..., local_time: _Optional[str] = ...) -> None: ...
    class ProductTrigger(_message.Message):
        __slots__ = ("change", "by_basis_points", "interest_within")
        class Change(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = ()
            CHANGE_UNSPECIFIED: _ClassVar[Trigger.ProductTrigger.Change]
            PRICE_DROPPED: _ClassVar[Trigger.ProductTrigger.Change]
            BACK_IN_STOCK: _ClassVar[Trigger.ProductTrigger.Change]
        CHANGE_UNSPECIFIED: Trigger.ProductTrigger.Change
        PRICE_DROPPED: Trigger.ProductTrigger.Change
        BACK_IN_STOCK: Trigger.ProductTrigger.Change
        CHANGE_FIELD_NUMBER: _ClassVar[int]
        BY_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
        INTEREST_WITHIN_FIELD_NUMBER: _ClassVar[int]
        change: Trigger.ProductTrigger.Change
        by_basis_points: int
        interest_within: _duration_pb2.Duration
        def __init__(self, change: _Optional[_Union[Trigger.ProductTrigger.Change, str]] = ..., by_basis_points: _Optional[int] = ..., interest_within: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    class ReplenishmentTrigger(_message.Message):
        __slots__ = ("categories", "ahead")
        CATEGORIES_FIELD_NUMBER: _ClassVar[int]
        AHEAD_FIELD_NUMBER: _ClassVar[int]
        categories: _containers.RepeatedScalarFieldContainer[str]
        ahead: _duration_pb2.Duration
        def __init__(self, categories: _Optional[_Iterable[str]] = ..., ahead: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ENTERED_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_EXITED_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    REPLENISHMENT_FIELD_NUMBER: _ClassVar[int]
    event: _conditions_pb2.EventFilter
    segment_entered: str
    segment_exited: str
    date: Trigger.DateTrigger
    product: Trigger.ProductTrigger
    replenishment: Trigger.ReplenishmentTrigger
    def __init__(self, event: _Optional[_Union[_conditions_pb2.EventFilter, _Mapping]] = ..., segment_entered: _Optional[str] = ..., segment_exited: _Optional[str] = ..., date: _Optional[_Union[Trigger.DateTrigger, _Mapping]] = ..., product: _Optional[_Union[Trigger.ProductTrigger, _Mapping]] = ..., replenishment: _Optional[_Union[Trigger.ReplenishmentTrigger, _Mapping]] = ...) -> None: ...

class Reentry(_message.Message):
    __slots__ = ("rule", "after")
    class Rule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RULE_UNSPECIFIED: _ClassVar[Reentry.Rule]
        NEVER: _ClassVar[Reentry.Rule]
        WHEN_ENDED: _ClassVar[Reentry.Rule]
        AFTER: _ClassVar[Reentry.Rule]
    RULE_UNSPECIFIED: Reentry.Rule
    NEVER: Reentry.Rule
    WHEN_ENDED: Reentry.Rule
    AFTER: Reentry.Rule
    RULE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    rule: Reentry.Rule
    after: _duration_pb2.Duration
    def __init__(self, rule: _Optional[_Union[Reentry.Rule, str]] = ..., after: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Goal(_message.Message):
    __slots__ = ("display_name", "event", "condition")
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    display_name: str
    event: _conditions_pb2.EventFilter
    condition: _conditions_pb2.Condition
    def __init__(self, display_name: _Optional[str] = ..., event: _Optional[_Union[_conditions_pb2.EventFilter, _Mapping]] = ..., condition: _Optional[_Union[_conditions_pb2.Condition, _Mapping]] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("id", "display_name", "next", "delay", "wait_for_event", "branch", "split", "send", "award_points", "issue_coupon", "set_trait", "open_ticket", "call_webhook")
    ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    DELAY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_EVENT_FIELD_NUMBER: _ClassVar[int]
    BRANCH_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    SEND_FIELD_NUMBER: _ClassVar[int]
    AWARD_POINTS_FIELD_NUMBER: _ClassVar[int]
    ISSUE_COUPON_FIELD_NUMBER: _ClassVar[int]
    SET_TRAIT_FIELD_NUMBER: _ClassVar[int]
    OPEN_TICKET_FIELD_NUMBER: _ClassVar[int]
    CALL_WEBHOOK_FIELD_NUMBER: _ClassVar[int]
    id: str
    display_name: str
    next: str
    delay: Delay
    wait_for_event: WaitForEvent
    branch: Branch
    split: Split
    send: SendMessage
    award_points: AwardPoints
    issue_coupon: IssueCouponStep
    set_trait: SetTrait
    open_ticket: OpenTicket
    call_webhook: CallWebhook
    def __init__(self, id: _Optional[str] = ..., display_name: _Optional[str] = ..., next: _Optional[str] = ..., delay: _Optional[_Union[Delay, _Mapping]] = ..., wait_for_event: _Optional[_Union[WaitForEvent, _Mapping]] = ..., branch: _Optional[_Union[Branch, _Mapping]] = ..., split: _Optional[_Union[Split, _Mapping]] = ..., send: _Optional[_Union[SendMessage, _Mapping]] = ..., award_points: _Optional[_Union[AwardPoints, _Mapping]] = ..., issue_coupon: _Optional[_Union[IssueCouponStep, _Mapping]] = ..., set_trait: _Optional[_Union[SetTrait, _Mapping]] = ..., open_ticket: _Optional[_Union[OpenTicket, _Mapping]] = ..., call_webhook: _Optional[_Union[CallWebhook, _Mapping]] = ...) -> None: ...

class Delay(_message.Message):
    __slots__ = ("duration", "local_time", "weekday", "date", "best_time_within")
    class WeekdayTime(_message.Message):
        __slots__ = ("weekday", "local_time")
        WEEKDAY_FIELD_NUMBER: _ClassVar[int]
        LOCAL_TIME_FIELD_NUMBER: _ClassVar[int]
        weekday: int
        local_time: str
        def __init__(self, weekday: _Optional[int] = ..., local_time: _Optional[str] = ...) -> None: ...
    class DateOffset(_message.Message):
        __slots__ = ("path", "offset")
        PATH_FIELD_NUMBER: _ClassVar[int]
        OFFSET_FIELD_NUMBER: _ClassVar[int]
        path: str
        offset: _duration_pb2.Duration
        def __init__(self, path: _Optional[str] = ..., offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    DURATION_FIELD_NUMBER: _ClassVar[int]
    LOCAL_TIME_FIELD_NUMBER: _ClassVar[int]
    WEEKDAY_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    BEST_TIME_WITHIN_FIELD_NUMBER: _ClassVar[int]
    duration: _duration_pb2.Duration
    local_time: str
    weekday: Delay.WeekdayTime
    date: Delay.DateOffset
    best_time_within: _duration_pb2.Duration
    def __init__(self, duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., local_time: _Optional[str] = ..., weekday: _Optional[_Union[Delay.WeekdayTime, _Mapping]] = ..., date: _Optional[_Union[Delay.DateOffset, _Mapping]] = ..., best_time_within: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class WaitForEvent(_message.Message):
    __slots__ = ("event", "timeout", "next_on_timeout", "lateness", "since_start")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    NEXT_ON_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    LATENESS_FIELD_NUMBER: _ClassVar[int]
    SINCE_START_FIELD_NUMBER: _ClassVar[int]
    event: _conditions_pb2.EventFilter
    timeout: _duration_pb2.Duration
    next_on_timeout: str
    lateness: _duration_pb2.Duration
    since_start: bool
    def __init__(self, event: _Optional[_Union[_conditions_pb2.EventFilter, _Mapping]] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., next_on_timeout: _Optional[str] = ..., lateness: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., since_start: _Optional[bool] = ...) -> None: ...

class Branch(_message.Message):
    __slots__ = ("paths",)
    class Path(_message.Message):
        __slots__ = ("condition", "next")
        CONDITION_FIELD_NUMBER: _ClassVar[int]
        NEXT_FIELD_NUMBER: _ClassVar[int]
        condition: _conditions_pb2.Condition
        next: str
        def __init__(self, condition: _Optional[_Union[_conditions_pb2.Condition, _Mapping]] = ..., next: _Optional[str] = ...) -> None: ...
    PATHS_FIELD_NUMBER: _ClassVar[int]
    paths: _containers.RepeatedCompositeFieldContainer[Branch.Path]
    def __init__(self, paths: _Optional[_Iterable[_Union[Branch.Path, _Mapping]]] = ...) -> None: ...

class Split(_message.Message):
    __slots__ = ("experiment", "paths")
    class Path(_message.Message):
        __slots__ = ("id", "weight", "next")
        ID_FIELD_NUMBER: _ClassVar[int]
        WEIGHT_FIELD_NUMBER: _ClassVar[int]
        NEXT_FIELD_NUMBER: _ClassVar[int]
        id: str
        weight: int
        next: str
        def __init__(self, id: _Optional[str] = ..., weight: _Optional[int] = ..., next: _Optional[str] = ...) -> None: ...
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    experiment: str
    paths: _containers.RepeatedCompositeFieldContainer[Split.Path]
    def __init__(self, experiment: _Optional[str] = ..., paths: _Optional[_Iterable[_Union[Split.Path, _Mapping]]] = ...) -> None: ...

class SendMessage(_message.Message):
    __slots__ = ("variants", "when_held_back", "wait_at_most")
    class WhenHeldBack(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WHEN_HELD_BACK_UNSPECIFIED: _ClassVar[SendMessage.WhenHeldBack]
        SKIP: _ClassVar[SendMessage.WhenHeldBack]
        WAIT: _ClassVar[SendMessage.WhenHeldBack]
        LEAVE: _ClassVar[SendMessage.WhenHeldBack]
    WHEN_HELD_BACK_UNSPECIFIED: SendMessage.WhenHeldBack
    SKIP: SendMessage.WhenHeldBack
    WAIT: SendMessage.WhenHeldBack
    LEAVE: SendMessage.WhenHeldBack
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    WHEN_HELD_BACK_FIELD_NUMBER: _ClassVar[int]
    WAIT_AT_MOST_FIELD_NUMBER: _ClassVar[int]
    variants: _containers.RepeatedCompositeFieldContainer[_content_pb2.Variant]
    when_held_back: SendMessage.WhenHeldBack
    wait_at_most: _duration_pb2.Duration
    def __init__(self, variants: _Optional[_Iterable[_Union[_content_pb2.Variant, _Mapping]]] = ..., when_held_back: _Optional[_Union[SendMessage.WhenHeldBack, str]] = ..., wait_at_most: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class AwardPoints(_message.Message):
    __slots__ = ("programme", "points", "description")
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    programme: str
    points: int
    description: str
    def __init__(self, programme: _Optional[str] = ..., points: _Optional[int] = ..., description: _Optional[str] = ...) -> None: ...

class IssueCouponStep(_message.Message):
    __slots__ = ("coupon_pool",)
    COUPON_POOL_FIELD_NUMBER: _ClassVar[int]
    coupon_pool: str
    def __init__(self, coupon_pool: _Optional[str] = ...) -> None: ...

class SetTrait(_message.Message):
    __slots__ = ("trait", "value")
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    trait: str
    value: bytes
    def __init__(self, trait: _Optional[str] = ..., value: _Optional[bytes] = ...) -> None: ...

class OpenTicket(_message.Message):
    __slots__ = ("subject", "note", "team")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    subject: str
    note: str
    team: str
    def __init__(self, subject: _Optional[str] = ..., note: _Optional[str] = ..., team: _Optional[str] = ...) -> None: ...

class CallWebhook(_message.Message):
    __slots__ = ("url", "payload")
    URL_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    url: str
    payload: str
    def __init__(self, url: _Optional[str] = ..., payload: _Optional[str] = ...) -> None: ...

class Run(_message.Message):
    __slots__ = ("name", "profile", "version", "entry", "rotation", "state", "step", "wake_time", "end_reason", "cause", "visits", "create_time", "end_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Run.State]
        RUNNING: _ClassVar[Run.State]
        WAITING: _ClassVar[Run.State]
        PAUSED: _ClassVar[Run.State]
        ENDED: _ClassVar[Run.State]
    STATE_UNSPECIFIED: Run.State
    RUNNING: Run.State
    WAITING: Run.State
    PAUSED: Run.State
    ENDED: Run.State
    class EndReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        END_REASON_UNSPECIFIED: _ClassVar[Run.EndReason]
        COMPLETED: _ClassVar[Run.EndReason]
        GOAL_REACHED: _ClassVar[Run.EndReason]
        EXITED: _ClassVar[Run.EndReason]
        HELD_BACK: _ClassVar[Run.EndReason]
        ENDED_BY_HAND: _ClassVar[Run.EndReason]
        ARCHIVED: _ClassVar[Run.EndReason]
        MERGED: _ClassVar[Run.EndReason]
        ERASED: _ClassVar[Run.EndReason]
        HELD_OUT: _ClassVar[Run.EndReason]
    END_REASON_UNSPECIFIED: Run.EndReason
    COMPLETED: Run.EndReason
    GOAL_REACHED: Run.EndReason
    EXITED: Run.EndReason
    HELD_BACK: Run.EndReason
    ENDED_BY_HAND: Run.EndReason
    ARCHIVED: Run.EndReason
    MERGED: Run.EndReason
    ERASED: Run.EndReason
    HELD_OUT: Run.EndReason
    class Visit(_message.Message):
        __slots__ = ("step", "visit", "outcome", "send", "start_time", "end_time")
        STEP_FIELD_NUMBER: _ClassVar[int]
        VISIT_FIELD_NUMBER: _ClassVar[int]
        OUTCOME_FIELD_NUMBER: _ClassVar[int]
        SEND_FIELD_NUMBER: _ClassVar[int]
        START_TIME_FIELD_NUMBER: _ClassVar[int]
        END_TIME_FIELD_NUMBER: _ClassVar[int]
        step: str
        visit: int
        outcome: str
        send: str
        start_time: _timestamp_pb2.Timestamp
        end_time: _timestamp_pb2.Timestamp
        def __init__(self, step: _Optional[str] = ..., visit: _Optional[int] = ..., outcome: _Optional[str] = ..., send: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    ROTATION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    WAKE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_REASON_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    profile: str
    version: str
    entry: str
    rotation: int
    state: Run.State
    step: str
    wake_time: _timestamp_pb2.Timestamp
    end_reason: Run.EndReason
    cause: str
    visits: _containers.RepeatedCompositeFieldContainer[Run.Visit]
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., profile: _Optional[str] = ..., version: _Optional[str] = ..., entry: _Optional[str] = ..., rotation: _Optional[int] = ..., state: _Optional[_Union[Run.State, str]] = ..., step: _Optional[str] = ..., wake_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_reason: _Optional[_Union[Run.EndReason, str]] = ..., cause: _Optional[str] = ..., visits: _Optional[_Iterable[_Union[Run.Visit, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
