"""Where a MongoDB server is and as whom we come, as one value; nothing is connected and no driver is imported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from xregistry_tui.resources.base import UnknownTarget

SCHEMES = ("mongodb", "mongodb+srv")
EXAMPLE = "write mongodb://user@host:27017/database"
CONNECT_SECONDS = 5.0

_OPTIONS = ("url", "connection_string", "database", "user", "username", "password")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """All that connecting needs. `hosts` and `query` stand in the URL as they were given, without any account."""

    scheme: str
    hosts: str
    database: str
    query: str = field(default="", repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def location(self) -> str:
        """The target as it may be shown: without any secret, and without options, which may hold some."""
        account = f"{quote(self.user, safe='')}@" if self.user else ""
        return f"{self.scheme}://{account}{self.hosts}/{quote(self.database, safe='')}"

    @property
    def url(self) -> str:
        """What the driver is given; who comes is told it apart, so that no error of its can hold a password."""
        return f"{self.scheme}://{self.hosts}/{quote(self.database, safe='')}" + (
            f"?{self.query}" if self.query else ""
        )

    def option(self, name: str) -> str | None:
        """An option of the URL, whose names know no case."""
        pairs = (part.partition("=") for part in re.split("[&;]", self.query))
        return next((unquote(value) for key, _, value in pairs if key.lower() == name.lower()), None)

    @property
    def asks_for_password(self) -> bool:
        """Whether there is a user who needs a password that is not given."""
        mechanism = (self.option("authMechanism") or "").upper()
        return self.user is not None and self.password is None and mechanism in ("", "DEFAULT", "PLAIN", *_SCRAM)


_SCRAM = ("SCRAM-SHA-1", "SCRAM-SHA-256")


def target(options: Mapping[str, Any]) -> Target:
    """What the options lead to; raises `UnknownTarget`, never with a secret in it."""
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown:
        raise UnknownTarget(
            f"a MongoDB resource knows no option {', '.join(unknown)}", f"it knows {', '.join(_OPTIONS)}"
        )
    urls = [str(options[name]) for name in _OPTIONS[:2] if options.get(name)]
    if len(urls) != 1:
        wrong = "has two connection strings" if urls else "needs the URL of a database"
        raise UnknownTarget(f"a MongoDB resource {wrong}", EXAMPLE)
    return _settled(_of_url(urls[0]), options)


def _settled(found: Target, options: Mapping[str, Any]) -> Target:
    user = options.get("user") or options.get("username") or found.user
    database = str(options.get("database") or found.database)
    if not database:
        raise UnknownTarget(f"the target {found.hosts} names no database", "write it after the host: …/database")
    if re.search(r'[/\\ "$.\0]', database):
        raise UnknownTarget(f"“{database}” cannot be the name of a database", EXAMPLE)
    return Target(
        scheme=found.scheme,
        hosts=found.hosts,
        database=database,
        query=found.query,
        user=str(user) if user else None,
        password=str(options["password"]) if options.get("password") else found.password,
    )


def _of_url(url: str) -> Target:
    """`mongodb://[user[:password]@]host[:port],…[/database][?name=value&…]`."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in SCHEMES:
        raise UnknownTarget("a MongoDB target begins with mongodb:// or mongodb+srv://", EXAMPLE)
    # a password may hold an @, / or ? that nobody encoded: hosts cannot
    account, at, place = rest.rpartition("@")
    if at and re.search(r"/[^@:/]*\?\w+=", account):
        account, at, place = _before_the_options(rest)
    hosts, _, tail = place.partition("/") if "/" in place else _without_slash(place)
    database, _, query = tail.partition("?")
    user, colon, password = account.partition(":")
    if not hosts or not all(_is_host(host) for host in hosts.split(",")):
        raise UnknownTarget("the hosts of a MongoDB target cannot be read", EXAMPLE)
    return Target(
        scheme=scheme.lower(),
        hosts=hosts,
        database=unquote(database),
        query=query,
        user=unquote(user) if at and user else None,
        password=unquote(password) if colon else None,
    )


def _without_slash(place: str) -> tuple[str, str, str]:
    hosts, mark, query = place.partition("?")
    return hosts, mark, f"?{query}" if mark else ""


def _before_the_options(rest: str) -> tuple[str, str, str]:
    """Split at the account where an option after the `?` has an @ in its value."""
    head, mark, query = rest.partition("?")
    account, at, place = head.rpartition("@")
    return account, at, place + mark + query


def _is_host(host: str) -> bool:
    """A name, an address in brackets or a socket's path, with a port or without."""
    return re.fullmatch(r"(\[[0-9A-Fa-f:.%\w]+\]|[\w.%\-]+)(:\d{1,5})?", host) is not None
