"""What a ticket is, and the words for it. The numbers are those of the protos."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from uuid import UUID


class State(IntEnum):
    NEW = 1
    OPEN = 2
    WAITING = 3
    ON_HOLD = 4
    RESOLVED = 5
    MERGED = 6


class Priority(IntEnum):
    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4


class Channel(IntEnum):
    EMAIL = 1
    WEB_FORM = 2
    CHAT = 3
    SMS = 4
    SOCIAL = 5
    MARKETPLACE = 6
    PHONE = 7
    API = 8


class Author(IntEnum):
    CUSTOMER = 1
    AGENT = 2
    BOT = 3
    SYSTEM = 4
    PARTICIPANT = 5


class Delivery(IntEnum):
    NONE = 0
    PENDING = 1
    SENT = 2
    BOUNCED = 3
    FAILED = 4


class Threading(IntEnum):
    UNKNOWN = 0
    NEW_TICKET = 1
    REPLY_TOKEN = 2
    REFERENCES = 3
    SUBJECT_TAG = 4
    SAME_SUBJECT = 5
    LINKED_TICKET = 6
    DELIVERY_REPORT = 7


@dataclass(slots=True)
class Ticket:
    """A ticket as it stands. Verbs change it; `actions.changed` writes it."""

    number: int
    id: UUID
    profile: UUID | None
    # Whose it is: the sender's address, by which she is recognised, and where she wants answers to go.
    address: str
    reply_to: str
    subject: str
    state: State
    priority: Priority
    channel: Channel
    # The mailbox it came to, whose address answers bear.
    mailbox: str
    assignee: UUID | None
    former_assignee: UUID | None
    team: str
    tags: list[str]
    custom_fields: str
    orders: list[str]
    # She wrote herself; otherwise the desk opened it.
    by_customer: bool
    merged_into: int | None
    hold_until_time: datetime | None
    waiting_since_time: datetime | None
    # Since when it stands in a queue: a reopening leaves it its old place.
    queue_time: datetime
    due_time: datetime | None
    last_contact_time: datetime | None
    resolve_time: datetime | None
    # When it began, by the sender's clock where that is believable.
    event_time: datetime
    message_count: int
    revision: int
    create_time: datetime
    update_time: datetime

    def __post_init__(self) -> None:
        self.state, self.priority = State(self.state), Priority(self.priority)
        self.channel = Channel(self.channel)

    @property
    def name(self) -> str:
        return f"tickets/{self.number}"


@dataclass(slots=True)
class Said:
    """One thing that is said in a ticket, before it is written down."""

    id: UUID
    author: Author
    author_name: str
    public: bool
    body: str
    html: str
    reply_text: str
    channel: Channel
    event_time: datetime
    automatic: bool = False
    message_id: str = ""
    # For mail that came: what it refers to, oldest first.
    ancestors: list[str] = field(default_factory=list)
    delivery: Delivery = Delivery.NONE


# New and open tickets are work in hand.
ACTIVE = frozenset({State.NEW, State.OPEN})
# Clocks pause.
PAUSED = frozenset({State.WAITING, State.ON_HOLD})
# From our side of the desk.
OURS = frozenset({Author.AGENT, Author.BOT, Author.SYSTEM})
# Where an answer goes out as mail.
BY_MAIL = frozenset({Channel.EMAIL, Channel.WEB_FORM})
