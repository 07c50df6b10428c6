"""Alembic, without the environment files that every service would have to repeat."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine


async def upgrade(migrations: Path, owner_url: str, app_role: str) -> None:
    """Runs what is missing in one transaction; who comes second waits, and finds nothing left to do."""
    engine = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('rapport.migrations'))"))
            mighty = await connection.scalar(text(MIGHTY), {"role": app_role})
            if mighty:
                raise RuntimeError(
                    f"{app_role} may bypass row-level security: workspaces would not be kept apart."
                )
            await connection.run_sync(_run, migrations)
    finally:
        await engine.dispose()


def _run(connection: Connection, migrations: Path) -> None:
    script = ScriptDirectory(migrations, version_locations=[migrations / "versions"])

    def missing(current: str | tuple[str, ...], _: object) -> list[MigrationStep]:
        newer = script.iterate_revisions("head", current, implicit_base=True)
        return [
            MigrationStep.upgrade_from_script(script.revision_map, each) for each in reversed(list(newer))
        ]

    with EnvironmentContext(Config(), script) as environment:
        environment.configure(connection=connection, fn=missing)
        environment.run_migrations()


MIGHTY = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :role"
