"""Which failures are the weather: the database or the bus is away, and the same work will succeed later."""

import asyncpg
import nats.errors
from nats.js.errors import BadRequestError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from .errors import Unavailable


def passing(failure: BaseException) -> bool:
    """Whether to wait and try again, rather than to blame the work in hand."""
    if isinstance(failure, DBAPIError):
        driver_failure = failure.orig.__cause__ if failure.orig else None
        return failure.connection_invalidated or (driver_failure is not None and passing(driver_failure))
    if isinstance(failure, asyncpg.PostgresError):
        return passing_state(failure.sqlstate or "")
    if isinstance(failure, asyncpg.InterfaceError):
        # A value the driver cannot encode is an InterfaceError too, but the work's own fault.
        return not isinstance(failure, ValueError)
    if isinstance(failure, nats.errors.Error):
        return not isinstance(failure, BadRequestError | nats.errors.MaxPayloadError)
    return isinstance(failure, OSError | Unavailable | PoolTimeoutError)


def passing_state(sqlstate: str) -> bool:
    return sqlstate.startswith(PASSING_CLASSES) or sqlstate in PASSING_STATES


PASSING_CLASSES = (
    "08",  # connection lost
    "40",  # deadlock, serialization
    "53",  # out of memory, disk or connections
    "57P",  # the server is stopping or starting
    "58",  # the system under the server fails
)
PASSING_STATES = {
    "55P03",  # a lock was not to be had
    "42P01",  # a table or a
    "42703",  # column is missing: the migration is not through yet
}
