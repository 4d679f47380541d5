"""A DuckDB of our own in memory: bounded, closed to all but the named files, and interrupted at its limit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from xregistry_tui.resources.base import (
    CollectionFailed,
    ResourceBroken,
    ResourceBusy,
    ResourceDenied,
    ResourceError,
    ResourceGone,
    ResourceSlow,
)
from xregistry_tui.resources.duckdb.sources import Format, Source

if TYPE_CHECKING:
    import duckdb

    from xregistry_tui.resources.thread import Limit

T = TypeVar("T")

MEMORY = "256MB"
THREADS = 2
DATABASE = "file"
"""The name under which a database file is attached."""

_SETTINGS: dict[str, Any] = {
    "threads": THREADS,
    "memory_limit": MEMORY,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}


class Asker:
    """What work may ask: statements of our own writing with bound values; `queries` are those that were sent."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.queries: list[str] = []

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        self.queries.append(sql)
        return self.connection.execute(sql, list(values)).fetchall()

    def quiet(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement that nobody needs to see."""
        return self.connection.execute(sql, list(values)).fetchall()


class Connection:
    """Opened anew where the files to read have changed."""

    def __init__(self) -> None:
        self._open: duckdb.DuckDBPyConnection | None = None
        self._files: object = None

    def run(self, sources: Sequence[Source], work: Callable[[Asker], T], limit: Limit) -> T:
        """Do `work` on these files within its limit; raises `ResourceError`."""
        duckdb = driver()
        timer = threading.Timer(limit.seconds, self.interrupt)
        timer.daemon = True
        timer.start()
        try:
            return work(Asker(self._connected(sources)))
        except duckdb.InterruptException as error:
            if limit.cancelled:
                raise ResourceGone("the file was closed while it was read", "connect it again") from error
            raise ResourceSlow(
                f"not done within {limit.seconds:g} s", "look at a sample, or allow it more time"
            ) from error
        except duckdb.Error as error:
            raise condition(error, sources) from error
        finally:
            timer.cancel()
            # a database that is open, even to be read, keeps its writers out
            if any(source.format is Format.DUCKDB for source in sources):
                self.close()

    def interrupt(self) -> None:
        """End what runs; from any thread."""
        if self._open is not None:
            self._open.interrupt()

    def close(self) -> None:
        """Let go of everything."""
        opened, self._open, self._files = self._open, None, None
        if opened is not None:
            opened.close()

    def _connected(self, sources: Sequence[Source]) -> duckdb.DuckDBPyConnection:
        files = tuple(source.files for source in sources)
        if self._open is None or files != self._files:
            self.close()
            self._open = _opened(sources)
            self._files = files
        return self._open


def driver() -> Any:
    """The driver; raises where it is not installed."""
    try:
        import duckdb
    except ImportError as error:
        raise ResourceBroken(
            "CSV, Parquet, Arrow and DuckDB files need DuckDB", "install it: pip install 'xregistry-tui[files]'"
        ) from error
    return duckdb


def _opened(sources: Sequence[Source]) -> duckdb.DuckDBPyConnection:
    connection: duckdb.DuckDBPyConnection = driver().connect(":memory:", config=dict(_SETTINGS))
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")  # it draws on the screen, which is ours
        for source in sources:
            if source.format is Format.DUCKDB:
                connection.execute(f"ATTACH {literal(source.files[0])} AS {DATABASE} (READ_ONLY)")
            elif source.format is Format.ARROW:
                connection.register(arrow_name(source), _dataset(source))
        files = ", ".join(literal(path) for source in sources for path in source.files)
        connection.execute(f"SET allowed_paths = [{files}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def _dataset(source: Source) -> Any:
    try:
        import pyarrow.dataset
    except ImportError as error:
        raise ResourceBroken("Arrow files need pyarrow beside DuckDB", "install it: pip install pyarrow") from error
    try:
        return pyarrow.dataset.dataset([str(path) for path in source.files], format="ipc")
    except (OSError, ValueError) as error:
        raise ResourceBroken(f"{source.name} is damaged: {error}", "restore it from a copy") from error


def arrow_name(source: Source) -> str:
    """The name under which an Arrow file is known to the connection."""
    return f"arrow {source.name}"


def literal(text: str | Path) -> str:
    """A text as SQL, for the few places that take no bound value."""
    return "'" + str(text).replace("'", "''") + "'"


class Lenient(CollectionFailed):
    """A CSV file that breaks the rules of such files: it can be read without insisting on them."""


def condition(error: Exception, sources: Sequence[Source]) -> ResourceError:
    """What DuckDB raised, as a condition in plain words."""
    text = " ".join(str(error).split("\n", 1)[0].split())
    name = sources[0].files[0].name if sources else "the file"
    if "Could not set lock" in text or "Conflicting lock" in text:
        return ResourceBusy(f"{name} is locked by its writer", "close it there, or wait until it is done")
    if "Permission denied" in text:
        return ResourceDenied(f"{name} may not be read", "ask for read permission on the file")
    if "No such file" in text or "No files found" in text:
        return ResourceGone(f"{name} is gone", "check the path")
    if "strict_mode" in str(error) and "strict_mode = false" not in str(error):
        return Lenient(f"{name} does not keep to the rules of CSV", "write it anew")
    if "Out of Memory" in text:
        return CollectionFailed(f"{name} needs more than {MEMORY} to be read so", "look at a sample")
    return CollectionFailed(f"{name} cannot be read: {text[:400]}", "check the file, or discover again")
