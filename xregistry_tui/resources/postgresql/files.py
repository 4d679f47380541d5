"""The files of libpq: services by name, and passwords by host, port, database and user."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xregistry_tui.resources.base import UnknownTarget


@dataclass(frozen=True, slots=True)
class FoundPassword:
    """A password of a file, or `note`: why the file was not used."""

    password: str | None = field(default=None, repr=False)
    note: str = ""


def service(name: str, environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """The parameters of a service; raises `UnknownTarget` where no file has it."""
    looked = [path for path in _service_files(environment) if path.is_file()]
    for path in looked:
        if (found := _section(path, name)) is not None:
            return found
    places = " nor in ".join(str(path) for path in looked) or "a pg_service.conf: there is none"
    raise UnknownTarget(f"there is no PostgreSQL service “{name}” in {places}", "add a section [" + name + "] there")


def services(environment: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Every service with the file that has it, in the order that they are looked for; each name once."""
    seen: set[str] = set()
    for path in _service_files(environment):
        try:
            lines = path.read_text("utf-8", "surrogateescape").splitlines()
        except OSError:
            continue  # what cannot be read offers nothing; who names a service of it is told why
        for line in map(str.strip, lines):
            name = line[1:-1]
            if line.startswith("[") and line.endswith("]") and name and name not in seen:
                seen.add(name)
                yield name, path


def _service_files(environment: Mapping[str, str]) -> Iterator[Path]:
    yield Path(environment.get("PGSERVICEFILE") or Path.home() / ".pg_service.conf").expanduser()
    folder = environment.get("PGSYSCONFDIR") or "/etc/postgresql-common"
    yield Path(folder) / "pg_service.conf"


def _section(path: Path, name: str) -> list[tuple[str, str]] | None:
    """The lines of `[name]`; a password keeps every character (no interpolation, no comments behind values)."""
    found: list[tuple[str, str]] | None = None
    try:
        lines = path.read_text("utf-8", "surrogateescape").splitlines()
    except OSError as error:
        raise UnknownTarget(f"{path} cannot be read: {error.strerror}", "make it readable") from error
    for line in map(str.strip, lines):
        if line.startswith("["):
            if found is not None:
                return found
            found = [] if line == f"[{name}]" else None
        elif found is not None and line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.append((key.strip(), value.strip()))
    return found


def password(path: Path, hosts: Sequence[tuple[str, int]], database: str, user: str) -> FoundPassword:
    """The first password of a `.pgpass` that fits one of the hosts; a file that others can read is not used."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return FoundPassword(note=f"{path} was not used: it is not a plain file")
        if os.name == "posix" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            return FoundPassword(note=f"{path} was not used, since others can read it: run chmod 600 {path}")
        lines = path.read_text("utf-8", "surrogateescape").splitlines()
    except FileNotFoundError:
        return FoundPassword()
    except OSError as error:
        return FoundPassword(note=f"{path} was not used: {error.strerror}")
    entries = [entry for line in lines if (entry := _entry(line)) is not None]
    for host, port in hosts:
        # a socket is called by its folder or localhost
        names = (host, "localhost") if host.startswith("/") else (host,)
        for name in names:
            wanted = (name, str(port), database, user)
            for *fields, secret in entries:
                if all(said in ("*", real) for said, real in zip(fields, wanted, strict=True)):
                    return FoundPassword(secret)
    return FoundPassword()


def _entry(line: str) -> list[str] | None:
    """host, port, database, user and password of a line; backslash escapes `:` and itself."""
    if line.startswith("#"):
        return None
    parts = [re.sub(r"\\(.)", r"\1", part) for part in re.findall(r"(?:^|:)((?:[^:\\]|\\.)*)", line)]
    return parts[:5] if len(parts) >= 5 else None
