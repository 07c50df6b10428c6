"""How it shows that the database is out of reach: a passing fault, never the caller's."""

import asyncpg
from sqlalchemy import exc

FAULTS = (
    OSError,  # nobody listens, or nobody answered in time
    exc.InterfaceError,
    exc.OperationalError,
    exc.TimeoutError,  # every connection is in use
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
)
