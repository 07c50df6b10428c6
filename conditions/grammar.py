"""The grammar as values: one small frozen type for each node. Instants and lengths are microseconds."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of these."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The exact opposite of this."""

    inner: "Condition"


@dataclass(frozen=True, slots=True)
class Has:
    """What is known of her compares so, perhaps without interruption for a while."""

    path: str
    compare: "Comparison"
    has_been: int | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """What she did adds up to something that compares so."""

    events: "EventFilter"
    aggregate: "Aggregate"
    compare: "Comparison | None" = None
    window: "Window | None" = None
    known_for_at_least: int | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """She did one thing, then strictly later another."""

    steps: tuple["Step", ...]
    window: "Window | None" = None


@dataclass(frozen=True, slots=True)
class Regularly:
    """She did it in at least so many of the last periods."""

    events: "EventFilter"
    at_least: int
    of_last: int
    period: "Period"
    times: int = 1
    customer_zone: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """She is on a list."""

    list: str


@dataclass(frozen=True, slots=True)
class Belongs:
    """She is in another segment."""

    segment: str


@dataclass(frozen=True, slots=True)
class Sampled:
    """She belongs to a stable share of all customers."""

    basis_points: int
    salt: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """A rule that says nothing: refused when it is saved."""


Condition = All | Any | Not | Has | Did | Followed | Regularly | Listed | Belongs | Sampled | Nothing


class Operator(StrEnum):
    """How a value is compared; NONE is one we do not know."""

    NONE = ""
    EQ = "EQ"
    NE = "NE"
    GT = "GT"
    GTE = "GTE"
    LT = "LT"
    LTE = "LTE"
    EXISTS = "EXISTS"
    CONTAINS = "CONTAINS"
    STARTS_WITH = "STARTS_WITH"
    ENDS_WITH = "ENDS_WITH"
    IN = "IN"
    HAS_ALL = "HAS_ALL"
    BEFORE = "BEFORE"
    AFTER = "AFTER"
    ON = "ON"
    WITHIN_LAST = "WITHIN_LAST"
    WITHIN_NEXT = "WITHIN_NEXT"


class Function(StrEnum):
    """How many values become one; NONE is one we do not know."""

    NONE = ""
    COUNT = "COUNT"
    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    AVG = "AVG"
    DISTINCT = "DISTINCT"
    FIRST = "FIRST"
    LAST = "LAST"


class Period(StrEnum):
    """A stretch of the calendar; NONE is one we do not know."""

    NONE = ""
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What has to be true of a value."""

    operator: Operator
    # A JSON value, or UNREADABLE.
    value: object = None
    duration: int | None = None
    negated: bool = False
    yearly: bool = False
    customer_zone: bool = False


@dataclass(frozen=True, slots=True)
class PropertyComparison:
    """A comparison with a property of an event, or of one element of an array in it."""

    path: str
    compare: Comparison


@dataclass(frozen=True, slots=True)
class PropertyFilter:
    """Comparisons that hold together: of the event, or of some one element of the array at `each`."""

    each: str
    all: tuple[PropertyComparison, ...]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events count."""

    type: str = ""
    names: tuple[str, ...] = ()
    name_prefix: str = ""
    where: tuple[PropertyFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value made of many events."""

    function: Function = Function.COUNT
    path: str = ""


@dataclass(frozen=True, slots=True)
class Last:
    """A stretch of this length, up to now."""

    length: int


@dataclass(frozen=True, slots=True)
class Between:
    """`start ≤ e < end`, each open when it is None."""

    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whole periods: `count` of them, the last one lying `back` periods back."""

    period: Period
    count: int = 1
    back: int = 0
    customer_zone: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time; without bounds it is refused when it is saved."""

    bounds: Last | Between | Calendar | None
    ending_ago: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing in a sequence: at most `within` after the one before, none of `without` in between."""

    events: EventFilter
    within: int | None = None
    without: EventFilter | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A value that is no JSON."""

    reason: str = field(default="is not JSON", compare=False)


UNREADABLE = Unreadable()
# The path of an aggregate that looks at when something happened.
EVENT_TIME = "event_time"
# The type of event that is an order as it stands, net of refunds.
ORDER = "order"
# What an event is when its filter states no type.
TYPES = frozenset(("track", "page", "screen"))
