"""A connection that only reads: opened to leave nothing behind, bounded, its errors said in plain words."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote as percent

from xregistry_tui.resources.base import (
    ResourceBroken,
    ResourceBusy,
    ResourceDenied,
    ResourceError,
    ResourceGone,
    ResourceSlow,
)
from xregistry_tui.resources.sqlite import functions
from xregistry_tui.resources.sqlite.file import Access, Stamp, held, look

if TYPE_CHECKING:
    from xregistry_tui.resources.sqlite.catalogue import Catalogue
    from xregistry_tui.resources.thread import Limit
    from xregistry_tui.schema.shape import Scalar

T = TypeVar("T")

_BUSY_SECONDS = 0.25
_STEPS_BETWEEN_CHECKS = 50_000
_ATTEMPTS = 3

_OPTIONS = {
    Access.JOURNAL: "mode=ro",
    Access.IMMUTABLE: "mode=ro&immutable=1",
    Access.SHARED: "mode=ro&readonly_shm=1",
    Access.PRIVATE: "mode=ro&vfs=unix-none",
}

_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION})
# the system caches the file's pages too: a second copy of them in every process buys little
_CACHE_KIB = 512
_PRAGMAS = frozenset({"table_xinfo", "table_list", "index_list", "index_xinfo", "foreign_key_list", "data_version"})
_READ_ONLY_PRAGMAS = frozenset({"schema_version"})
_FORBIDDEN_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})


@dataclass(slots=True)
class Notes:
    """What need not be asked again while the schema stays the same: the catalogue of a version (epoch, schema)."""

    catalogue: Catalogue | None = None
    version: tuple[int, int] | None = None


class Asker:
    """Asks a connection within one operation's limit, and remembers what was asked.

    `epoch` counts the connections of the file so far; `notes` outlive them. `knows_schema` is whether this operation
    has made sure that its notes are of the schema as it is.
    """

    def __init__(
        self, connection: sqlite3.Connection, limit: Limit, notes: Notes | None = None, epoch: int = 0
    ) -> None:
        self.connection = connection
        self.limit = limit
        self.notes = notes or Notes()
        self.epoch = epoch
        self.knows_schema = False
        self.queries: list[str] = []
        connection.set_progress_handler(limit.exceeded, _STEPS_BETWEEN_CHECKS)

    def rows(self, sql: str, parameters: Sequence[Scalar] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement; the statement is kept for display."""
        self.queries.append(sql)
        return self.quiet(sql, parameters)

    def quiet(self, sql: str, parameters: Sequence[Scalar] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement that nobody needs to see."""
        if self.limit.exceeded():
            raise sqlite3.OperationalError("interrupted")
        return self.connection.execute(sql, tuple(parameters)).fetchall()

    def stream(self, sql: str, parameters: Sequence[Scalar] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement one by one."""
        self.queries.append(sql)
        yield from self.connection.execute(sql, tuple(parameters))

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """A tighter limit for a part; where it ends the part, raises `ResourceSlow`."""
        before = self.limit.tighten(seconds)
        try:
            yield
        except sqlite3.OperationalError as error:
            if not _interrupted(error) or self.limit.cancelled:
                raise
            raise ResourceSlow(f"ended after {seconds:g} s") from error
        finally:
            self.limit.restore(before)

    @contextmanager
    def snapshot(self, wanted: bool) -> Iterator[None]:
        """One state of the data for all statements within, where that keeps no writer waiting for long."""
        if not wanted:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")


class Connection:
    """The file as one thread sees it: opened when needed, reopened when the file became another."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.epoch = 0
        self.stamp: Stamp | None = None
        self.notes = Notes()
        self._open: sqlite3.Connection | None = None

    @property
    def blocks_writers(self) -> bool:
        """Whether a long read keeps others from committing."""
        return self.stamp is not None and self.stamp.access is Access.JOURNAL

    def run(self, work: Callable[[Asker], T], limit: Limit) -> T:
        """Do `work` on a consistent file: again when what it read was replaced under it."""
        for attempt in range(_ATTEMPTS):
            connection, stamp = self._opened(limit)
            try:
                result = work(Asker(connection, limit, self.notes, self.epoch))
            except sqlite3.Error as error:
                self.drop()
                if attempt + 1 < _ATTEMPTS and not limit.exceeded() and not stamp.same_as(look(self.path)):
                    continue
                raise translate(error, self.path, limit) from error
            finally:
                # an idle reader of a log would keep its writer from tidying up
                if stamp.access in (Access.SHARED, Access.PRIVATE):
                    self.drop()
            if stamp.access in (Access.JOURNAL, Access.SHARED) or stamp.same_as(look(self.path)):
                return result
            self.drop()
        raise ResourceBusy(f"{self.path.name} changes faster than it can be read", "wait until its writer rests")

    def _opened(self, limit: Limit) -> tuple[sqlite3.Connection, Stamp]:
        stamp = look(self.path)
        if self._open is not None and not self._still_good(stamp):
            self.drop()
        connection = self._open
        if connection is None:
            try:
                connection, stamp = self._fresh(stamp)
            except sqlite3.Error as error:
                raise translate(error, self.path, limit) from error
        self._open, self.stamp = connection, stamp
        return connection, stamp

    def _fresh(self, stamp: Stamp) -> tuple[sqlite3.Connection, Stamp]:
        self.epoch += 1
        if stamp.access not in (Access.SHARED, Access.PRIVATE):
            return _open(self.path, stamp.access), stamp
        with held(self.path):
            stamp = look(self.path)
            connection = _open(self.path, stamp.access)
            _begin_reading(connection)
        return connection, stamp

    def _still_good(self, stamp: Stamp) -> bool:
        if self.stamp is None or self.stamp.access is not stamp.access or self.stamp.main[0] != stamp.main[0]:
            return False
        return stamp.access is Access.JOURNAL or self.stamp.same_as(stamp)

    def interrupt(self) -> None:
        """Make the running statement give up; from any thread while an operation runs."""
        if (connection := self._open) is not None:
            connection.interrupt()

    def drop(self) -> None:
        """Let go of the file."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()


def _open(path: Path, access: Access) -> sqlite3.Connection:
    uri = f"file:{percent(str(path))}?{_OPTIONS[access]}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.text_factory = functions.text
    try:
        if access is Access.PRIVATE:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA trusted_schema = {_trust()}")
    except sqlite3.Error:
        connection.close()
        raise
    functions.add_to(connection)
    connection.set_authorizer(_authorize)
    return connection


@functools.cache
def _trust() -> str:
    """OFF, unless this SQLite is one (3.38 to 3.40) that then refuses its own JSON functions in views."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("CREATE VIEW v AS SELECT json_valid('1')")
        try:
            connection.execute("SELECT * FROM v").fetchall()
        except sqlite3.OperationalError:
            return "ON"
    return "OFF"


def _begin_reading(connection: sqlite3.Connection) -> None:
    """Have SQLite open the log now and keep it; what stands in the way is said by the first question."""
    with suppress(sqlite3.Error):
        connection.execute("SELECT 1 FROM main.sqlite_master LIMIT 1").fetchall()


def memory(limit: Limit) -> Asker:
    """An empty database of our own in memory, bounded by the same operation."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.text_factory = functions.text
    return Asker(connection, limit)


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action in _READING:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if (second or "").lower() in _FORBIDDEN_FUNCTIONS else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
        # how SQLite declares its own table-valued functions; real writes fail without `writable_schema`
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA:
        name = (first or "").lower()
        allowed = name in _PRAGMAS or (name in _READ_ONLY_PRAGMAS and second is None)
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_DENY


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) or 0


def _interrupted(error: sqlite3.Error) -> bool:
    return _code(error) == sqlite3.SQLITE_INTERRUPT or str(error) == "interrupted"


def translate(error: sqlite3.Error, path: Path, limit: Limit) -> ResourceError:
    """The condition behind an error of the driver, in plain words."""
    name, code = path.name, _code(error)
    if _interrupted(error):
        return _ended(name, limit)
    if code == sqlite3.SQLITE_READONLY_ROLLBACK:
        reason = f"a writer of {name} did not finish and left its journal"
        return ResourceBusy(reason, "open it once with the program that writes it, which rolls back")
    return _by_primary_code(error, path, code & 0xFF)


def _ended(name: str, limit: Limit) -> ResourceError:
    if limit.cancelled:
        return ResourceGone(f"{name} was closed while it was read", "connect again")
    return ResourceSlow(f"{name} took longer than {limit.seconds:g} s", "ask for a sample, or raise the time limit")


def _by_primary_code(error: sqlite3.Error, path: Path, code: int) -> ResourceError:
    name = path.name
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL):
        return ResourceBusy(f"{name} is locked by its writer", "wait until the writer is done")
    if code == sqlite3.SQLITE_NOTADB:
        return ResourceBroken(f"{name} is not an SQLite database, or is encrypted", "name a file that SQLite wrote")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR):
        return ResourceBroken(f"{name} is truncated or damaged: {error}", "restore it from a copy")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY):
        return ResourceDenied(
            f"{name} cannot be opened for reading: {error}", "check the permissions of file and folder"
        )
    if code == sqlite3.SQLITE_AUTH or "prohibited" in str(error):
        return ResourceDenied(f"{name} asks for more than reading: {error}")
    return ResourceBroken(f"{name} cannot be read: {error}")
