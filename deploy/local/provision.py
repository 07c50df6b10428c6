"""A database and two roles for each service: one owns and migrates, one works and owns nothing."""

from collections.abc import Mapping, Sequence

import asyncpg


async def provision(
    admin_url: str, services: Sequence[str], *, passwords: Mapping[str, str] | None = None
) -> None:
    """Makes what is missing, as an administrator. *passwords* are by role, for servers that ask for them."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("SELECT pg_advisory_lock(hashtext('rapport.provision'))")
        for service in services:
            for role in (owner_role(service), app_role(service)):
                await _role(connection, role, (passwords or {}).get(role))
            await _database(connection, service)
    finally:
        await connection.close()


def owner_role(service: str) -> str:
    return f"rapport_{service}_owner"


def app_role(service: str) -> str:
    return f"rapport_{service}"


async def _role(connection: "asyncpg.Connection[asyncpg.Record]", role: str, password: str | None) -> None:
    mighty = await connection.fetchval(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = $1", role
    )
    if mighty:
        raise RuntimeError(f"{role} may bypass row-level security, so workspaces would not be kept apart.")
    if mighty is None:
        await _run(connection, "CREATE ROLE %I LOGIN", role)
    if password is not None:
        await _run(connection, "ALTER ROLE %I PASSWORD %L", role, password)


async def _database(connection: "asyncpg.Connection[asyncpg.Record]", service: str) -> None:
    owner = owner_role(service)
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", service):
        # An administrator who is no superuser may only give a database to a role she is a member of.
        await _run(connection, "GRANT %I TO CURRENT_USER", owner)
        await _run(connection, f"CREATE DATABASE %I OWNER %I {DATABASE}", service, owner)
    await _run(connection, "ALTER DATABASE %I SET timezone TO 'UTC'", service)
    await _run(connection, "REVOKE ALL ON DATABASE %I FROM PUBLIC", service)
    await _run(connection, "GRANT CONNECT ON DATABASE %I TO %I", service, app_role(service))


async def _run(connection: "asyncpg.Connection[asyncpg.Record]", template: str, *names: str) -> None:
    """Such statements take no parameters, so the server itself quotes the names into their text."""
    places = "".join(f", ${number}::text" for number in range(2, len(names) + 2))
    await connection.execute(await connection.fetchval(f"SELECT format($1{places})", template, *names))


DATABASE = "ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8' TEMPLATE template0"
