"""Opening the database, and the two ways to use it: `read` and `write`.

SQLite runs in WAL mode, so readers never wait for the one writer; a write takes its lock at the start, so that it never
fails in the middle for having read too early.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from creditline.errors import Invalid, Misconfigured, Unavailable

_BUSY_TIMEOUT_MS = 30_000
_PROJECTING = 0x43726564  # any number that nobody else locks in this database
_SQLITE, _POSTGRESQL = "sqlite", "postgresql"


class Database:
    """One database. Safe to share between threads. `url` is SQLAlchemy's; the password in it is never shown."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            self.name = parsed.render_as_string(hide_password=True)
            if parsed.get_backend_name() not in (_SQLITE, _POSTGRESQL):
                raise Misconfigured(f"{self.name} is neither SQLite nor PostgreSQL.", _CORRECT)
            if parsed.get_backend_name() == _SQLITE and not parsed.database:
                raise Misconfigured("A SQLite database in memory forgets everything.", _CORRECT)
            self.engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() == _POSTGRESQL)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise Misconfigured(f"The database URL is wrong: {type(error).__name__}.", _CORRECT) from None
        if parsed.get_backend_name() == _SQLITE:
            _make_folder(Path(str(parsed.database)).parent)
            _listen_sqlite(self.engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view. Raises `Unavailable` when the database does not answer."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing. `IntegrityError` passes, for callers that expect it."""
        with self._translated(), self.engine.connect() as connection:
            writer = connection.execution_options(creditline_writes=True)
            with writer.begin():
                yield writer

    @contextmanager
    def project(self) -> Iterator[Connection]:
        """A write that makes rows out of the chain. One at a time, since each builds on what the others left.

        SQLite has one writer anyway; on PostgreSQL the writes of the API go on beside it.
        """
        with self.write() as connection:
            if connection.dialect.name == _POSTGRESQL:
                connection.execute(select(func.pg_advisory_xact_lock(_PROJECTING)))
            yield connection

    def migrate(self) -> None:
        """Bring the tables up to this version. Raises `Misconfigured` for a database of a newer one."""
        config = Config()
        config.set_main_option("script_location", "creditline.store:migrations")
        try:
            with self.write() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except CommandError as error:
            raise Misconfigured(
                f"The database {self.name} has tables that this version does not know: {error}.",
                "Start the version that made it, or restore a backup.",
            ) from error

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Outages become `Unavailable`, values that no column holds `Invalid`. Our own mistakes pass as they are."""
        try:
            yield
        except IntegrityError:
            raise
        except (StatementError, PoolTimeout) as error:
            if _is_outage(error):
                raise Unavailable(
                    f"The database {self.name} does not answer: {_first_line(getattr(error, 'orig', error))}.",
                    "Check that it runs and that its disk has room; nothing half done was kept.",
                ) from error
            if _is_about_data(error):
                raise Invalid(
                    _UNFIT, "Send shorter text without NUL characters, and smaller numbers."
                ) from error
            raise
        except (OverflowError, UnicodeError) as error:  # SQLite's driver raises these as they are
            raise Invalid(_UNFIT, "Send smaller numbers, and text that is Unicode.") from error


_CORRECT = "Set CREDITLINE_DATABASE_URL to sqlite:////path/file.db or postgresql+psycopg://user@host/name."

_UNFIT = "A value does not fit into the database."
_NO_SUCH_TABLE = "42P01"  # the tables appear once a backup is restored or a newer version has migrated


def _is_outage(error: Exception) -> bool:
    """The same statement may work later, or once somebody has looked after the database."""
    if isinstance(error, OperationalError | InternalError | PoolTimeout):
        return True
    # The bare class is what SQLite raises for a file that is damaged.
    is_damaged = type(error) is DatabaseError
    is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_damaged or is_lost or _sqlstate(error) == _NO_SUCH_TABLE


def _is_about_data(error: Exception) -> bool:
    """A value cannot be bound or stored. Drivers refuse to bind without having asked the server: no SQL state."""
    if isinstance(error, DBAPIError) and not isinstance(error, DataError):
        return _sqlstate(error) is None
    return isinstance(error, StatementError)


def _sqlstate(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _listen_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind SQLAlchemy's back
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_TIMEOUT_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("creditline_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"The folder {folder} cannot be made: {error.strerror}.", _CORRECT) from error


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0][:200]
