"""Where a server is and as whom we come: a target, options, a service and `PG*` variables as one value.

What is given first wins: options, the connection string, the service, the environment, libpq's defaults. Nothing is
connected here, and no password is looked for but those written in one of these.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from xregistry_tui.resources.base import UnknownTarget
from xregistry_tui.resources.postgresql.files import service
from xregistry_tui.resources.postgresql.targets import EXAMPLE, KNOWN, SCHEMES, TLS, known, parameters_of

MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
CONNECT_SECONDS = 10.0

_STRINGS = ("url", "connection_string", "dsn")
_COMMANDS = ("password_command", "tunnel_command")
_VARIABLES = {
    "PGHOST": "host",
    "PGHOSTADDR": "hostaddr",
    "PGPORT": "port",
    "PGDATABASE": "dbname",
    "PGUSER": "user",
    "PGPASSWORD": "password",
    "PGPASSFILE": "passfile",
    "PGOPTIONS": "options",
    "PGCONNECT_TIMEOUT": "connect_timeout",
    "PGTARGETSESSIONATTRS": "target_session_attrs",
    "PGKRBSRVNAME": "krbsrvname",
    "PGGSSLIB": "gsslib",
    "PGSSLMODE": "sslmode",
    "PGSSLROOTCERT": "sslrootcert",
    "PGSSLCERT": "sslcert",
    "PGSSLKEY": "sslkey",
    "PGSSLCRL": "sslcrl",
    "PGSSLNEGOTIATION": "sslnegotiation",
    "PGSSLMINPROTOCOLVERSION": "ssl_min_protocol_version",
    "PGSSLMAXPROTOCOLVERSION": "ssl_max_protocol_version",
}
_SOCKETS = ("/run/postgresql", "/var/run/postgresql", "/tmp")  # noqa: S108 - where servers put their sockets


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """All that connecting needs. `hosts` are tried in turn, each a name, an address or a socket's folder.

    `tls` has libpq's parameters about encryption, `settings` what the server is asked for on connecting. `named` is
    false where nobody said which host: then it is this machine.
    """

    hosts: tuple[tuple[str, int], ...]
    user: str
    database: str
    password: str | None = field(default=None, repr=False)
    passfile: Path | None = None
    password_command: tuple[str, ...] = field(default=(), repr=False)
    tunnel_command: tuple[str, ...] = field(default=(), repr=False)
    seconds: float = CONNECT_SECONDS
    tls: Mapping[str, str] = field(default_factory=dict, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    driver: Mapping[str, str] = field(default_factory=dict)
    named: bool = True

    @property
    def location(self) -> str:
        """The target as it may be shown: without any secret."""
        account, database = quote(self.user, safe=""), quote(self.database, safe="")
        if not self.named:
            return f"postgresql://{account}@:{self.hosts[0][1]}/{database}"
        if any(host.startswith("/") for host, _ in self.hosts):
            hosts = ",".join(quote(host, safe="/") for host, _ in self.hosts)
            ports = ",".join(str(port) for _, port in self.hosts)
            return f"postgresql://{account}@/{database}?host={hosts}&port={ports}"
        return f"postgresql://{account}@{','.join(map(_place, self.hosts))}/{database}"

    @property
    def server(self) -> str:
        """Where the server is, in words for errors."""
        if not self.named:
            return f"port {self.hosts[0][1]} of this machine"
        return " or ".join(_place(host) for host in self.hosts)


def _place(host: tuple[str, int]) -> str:
    name, port = host
    if name.startswith("/"):
        return f"{name}/.s.PGSQL.{port}"
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def reach(options: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Reach:
    """Where the options and the environment lead; raises `UnknownTarget`."""
    environment = os.environ if environment is None else environment
    unknown = sorted(set(options) - KNOWN - {*_STRINGS, *_COMMANDS, "database", "ssl"})
    if unknown:
        hint = f"it knows url, {', '.join(sorted(KNOWN))}, {', '.join(_COMMANDS)}"
        raise UnknownTarget(f"a PostgreSQL resource knows no option {', '.join(unknown)}", hint)
    given = _given(options, environment)
    name = given.pop("service", None) or environment.get("PGSERVICE")
    if name:
        given = known(service(name, environment)) | given
    variables = {one: environment[variable] for variable, one in _VARIABLES.items() if environment.get(variable)}
    if "host" in given or "hostaddr" in given:
        variables = {one: value for one, value in variables.items() if one not in ("host", "hostaddr")}
    return _settled(variables | given, options)


def _given(options: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """The parameters of the options over those of the connection string; `DATABASE_URL` where neither says where."""
    written = [str(options[name]) for name in _STRINGS if options.get(name)]
    if len(written) > 1:
        raise UnknownTarget("a PostgreSQL resource has two connection strings", "keep one of " + ", ".join(_STRINGS))
    words = [(name, _text(name, options[name])) for name in options if name not in {*_STRINGS, *_COMMANDS}]
    said = (parameters_of(written[0]) if written else {}) | known((n, v) for n, v in words if v is not None)
    general = environment.get("DATABASE_URL", "")
    if not said and not environment.get("PGHOST") and general.partition("://")[0].lower() in SCHEMES:
        return parameters_of(general)
    return said


def _text(name: str, value: Any) -> str | None:
    """An option as text; lists are alternatives."""
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return ",".join(str(item) for item in value)
    return str(value)


def _settled(said: dict[str, str], options: Mapping[str, Any]) -> Reach:
    user = said.get("user") or _system_user()
    mode = said.get("sslmode")
    if mode is not None and mode not in MODES:
        raise UnknownTarget(f"there is no sslmode “{mode}”", f"use one of {', '.join(MODES)}")
    if said.get("sslrootcert") == "system":
        raise UnknownTarget("sslrootcert=system is not known here", "name the file of the authority's certificate")
    passfile = Path(said["passfile"]).expanduser() if "passfile" in said else Path.home() / ".pgpass"
    return Reach(
        hosts=_hosts(said),
        named=bool(said.get("hostaddr") or said.get("host")),
        user=user,
        database=said.get("dbname") or user,
        password=said.get("password") or None,
        passfile=passfile,
        password_command=_command(options.get("password_command")),
        tunnel_command=_command(options.get("tunnel_command")),
        seconds=_seconds(said.get("connect_timeout")),
        tls={name: said[name] for name in TLS if name in said},
        settings=_settings(said.get("options", "")),
        driver={n: said[n] for n in ("target_session_attrs", "krbsrvname", "gsslib") if n in said},
    )


def _system_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise UnknownTarget("nothing says which PostgreSQL user to connect as", EXAMPLE) from error


def _hosts(said: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    text = said.get("hostaddr") or said.get("host", "")
    names = [name.strip() for name in text.split(",")] if text else []
    ports = [_port(port) for port in said.get("port", "").split(",")]
    if not names:
        if len(ports) > 1:
            raise UnknownTarget("a PostgreSQL target has more ports than hosts", EXAMPLE)
        return tuple((name, ports[0]) for name in (*_SOCKETS, "localhost"))
    if len(ports) not in (1, len(names)):
        raise UnknownTarget(f"a PostgreSQL target has {len(names)} hosts and {len(ports)} ports", "give each its own")
    each = ports * len(names) if len(ports) == 1 else ports
    return tuple((name or "localhost", port) for name, port in zip(names, each, strict=True))


def _port(text: str) -> int:
    if not text.strip():
        return 5432
    if not text.strip().isdecimal() or not 0 < int(text) < 65_536:
        raise UnknownTarget("the port of a PostgreSQL target is not a number from 1 to 65535", EXAMPLE)
    return int(text)


def _seconds(text: str | None) -> float:
    try:
        seconds = float(text) if text else CONNECT_SECONDS
    except ValueError:
        raise UnknownTarget("connect_timeout is not a number of seconds", "write connect_timeout=10") from None
    return seconds if seconds > 0 else 3_600.0


def _settings(options: str) -> dict[str, str]:
    """What `options` sets: `-c name=value` and `--name=value`."""
    found: dict[str, str] = {}
    words = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r"(?:\\.|\S)+", options)]
    while words:
        word = words.pop(0)
        if word == "-c" and words:
            word = "--" + words.pop(0)
        elif word.startswith("-c"):
            word = "--" + word[2:]
        name, equals, value = word.removeprefix("--").partition("=")
        if not (word.startswith("--") and equals and name):
            raise UnknownTarget("the options of a PostgreSQL target cannot be read", "write -c name=value")
        found[name.replace("-", "_")] = value
    return found


def _command(given: Any) -> tuple[str, ...]:
    if not given:
        return ()
    return tuple(shlex.split(given)) if isinstance(given, str) else tuple(str(part) for part in given)
