"""Where a ticket stands, and what moves it there. Pure: each verb changes the value it is given."""

from datetime import datetime, timedelta

from services.support.domain.tickets import ACTIVE, Author, State, Ticket

Verb = str


def allowed(verb: Verb, state: State) -> bool:
    """Whether the desk may do this to a ticket in this state."""
    return state in ALLOWED[verb]


def resolve(ticket: Ticket, at: datetime) -> None:
    ticket.state, ticket.resolve_time, ticket.hold_until_time = State.RESOLVED, at, None
    # Who had it gets it back, should it be taken up again.
    ticket.former_assignee = ticket.assignee


def reopen(ticket: Ticket) -> None:
    ticket.state, ticket.hold_until_time = State.OPEN, None


def hold(ticket: Ticket, state: State, until: datetime | None) -> None:
    ticket.state, ticket.hold_until_time = state, until


def wake(ticket: Ticket) -> None:
    """Its time has come: our turn again."""
    ticket.state, ticket.hold_until_time = State.OPEN, None


def said(ticket: Ticket, author: Author, *, public: bool, automatic: bool) -> None:
    """What a message does to the state. Notes and automatic mail do nothing to it."""
    if automatic or not public:
        return
    if author in {Author.CUSTOMER, Author.PARTICIPANT}:
        if ticket.state not in {State.NEW, State.OPEN, State.MERGED}:
            reopen(ticket)
    elif author is Author.AGENT and ticket.state is State.NEW:
        ticket.state = State.OPEN


def reopens(ticket: Ticket, days: int, at: datetime) -> bool:
    """Whether a reply of *at* still takes this ticket up again, rather than opening one that follows it."""
    if ticket.state is not State.RESOLVED:
        return True
    assert ticket.resolve_time is not None, "a resolved ticket has been resolved at some time"
    return at < ticket.resolve_time + timedelta(days=days)


RESOLVE, REOPEN, HOLD, ASSIGN, MERGE = "resolve", "reopen", "hold", "assign", "merge"
ALLOWED: dict[Verb, frozenset[State]] = {
    RESOLVE: ACTIVE | {State.WAITING, State.ON_HOLD},
    REOPEN: frozenset({State.RESOLVED}),
    HOLD: ACTIVE | {State.WAITING, State.ON_HOLD},
    ASSIGN: ACTIVE | {State.WAITING, State.ON_HOLD, State.RESOLVED},
    MERGE: ACTIVE | {State.WAITING, State.ON_HOLD, State.RESOLVED},
}
REOPEN_DAYS = 14
