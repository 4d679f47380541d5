"""What a connection string says: a URL or libpq's `keyword=value` words, as parameters by libpq's names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from urllib.parse import unquote

from xregistry_tui.resources.base import UnknownTarget

TLS = (
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslcrl",
    "sslnegotiation",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
)
"""Parameters about encryption, which the driver reads under these names."""

KNOWN = frozenset(
    {*TLS, "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "service", "connect_timeout"}
    | {"options", "target_session_attrs", "krbsrvname", "gsslib"}
)
_ELSEWHERE = frozenset(
    {"application_name", "fallback_application_name", "client_encoding", "gssencmode", "load_balance_hosts"}
    | {"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"}
    | {"channel_binding", "replication", "gssdelegation", "require_auth", "sslsni", "sslcompression", "sslcertmode"}
)
"""Parameters that libpq has and that change nothing here."""

_DEMANDS = {
    "channel_binding": ("require",),
    "gssencmode": ("require",),
    "sslcertmode": ("require",),
    "require_auth": (),
}
"""Those that ask for a safety that we cannot promise, with the values that do; empty: any."""

SCHEMES = ("postgresql", "postgres")
EXAMPLE = "write postgresql://user@host:5432/database"

_WORD = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>'(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)(?=\s|$)", re.DOTALL)


def is_words(text: str) -> bool:
    """Whether a text is a connection string of libpq's words (`service=shop`, `host=db dbname=shop`)."""
    found = re.match(r"\s*([A-Za-z_]\w*)\s*=", text)
    return found is not None and found[1] in {*KNOWN, *_ELSEWHERE, *_DEMANDS, "database"}


def parameters_of(target: str) -> dict[str, str]:
    """The parameters that a connection string gives; raises `UnknownTarget`, never with the string in it."""
    scheme, separator, _ = target.partition("://")
    if separator and scheme.strip().lower() in SCHEMES:
        return known(_of_url(target))
    return known(_of_words(target))


def known(given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Parameters by their one name, those that change nothing left out; raises `UnknownTarget` for others."""
    found: dict[str, str] = {}
    for name, value in given:
        one = {"database": "dbname", "ssl": "sslmode"}.get(name, name)
        if one in KNOWN:
            found[one] = {"true": "require"}.get(value, value) if name == "ssl" else value
        elif one in _DEMANDS and value in (_DEMANDS[one] or (value,)):
            raise UnknownTarget(f"{one}={value} cannot be promised here", "use sslmode=verify-full, or leave it out")
        elif one not in _ELSEWHERE:
            close = difflib.get_close_matches(one, sorted(KNOWN), n=1)
            hint = f"did you mean {close[0]}?" if close else f"it knows {', '.join(sorted(KNOWN))}"
            raise UnknownTarget(f"a PostgreSQL target knows no parameter “{name}”", hint)
    return found


def _of_url(url: str) -> list[tuple[str, str]]:
    """`postgresql://[user[:password]@][host[:port],…][/database][?name=value&…]`, every part percent-encoded."""
    rest, _, query = url.split("://", 1)[1].partition("?")
    authority, _, database = rest.partition("/")
    # a password may hold an @ that nobody encoded: hosts cannot
    account, at, place = authority.rpartition("@")
    user, colon, password = account.partition(":")
    found = [("user", _plain(user))] if at and user else []
    found += [("password", _plain(password))] if colon else []
    found += _places(place)
    found += [("dbname", _plain(database))] if database else []
    for part in filter(None, query.split("&")):
        name, equals, value = part.partition("=")
        if not equals:
            raise UnknownTarget("a parameter after the ? of a PostgreSQL target has no value", "write name=value")
        found.append((_plain(name), _plain(value)))
    return found


def _plain(text: str) -> str:
    """Percent-decoded; a `%` that encodes nothing is refused, since a guess would be another password."""
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise UnknownTarget("a % in a PostgreSQL target is not followed by two hexadecimal digits", "write %25 for a %")
    return unquote(text, errors="surrogateescape")


def _places(place: str) -> list[tuple[str, str]]:
    if not place:
        return []
    hosts, ports = [], []
    for one in place.split(","):
        matched = re.fullmatch(r"(?:\[(?P<six>[^\]]*)\]|(?P<host>[^:]*))(?::(?P<port>[^:]*))?", one)
        if matched is None:
            raise UnknownTarget("the host of a PostgreSQL target cannot be read", "write an IPv6 address as [::1]:5432")
        hosts.append(_plain(matched["six"] if matched["six"] is not None else matched["host"]))
        ports.append(_plain(matched["port"] or ""))
    found = [("host", ",".join(hosts))] if any(hosts) else []
    return found + ([("port", ",".join(ports))] if any(ports) else [])


def _of_words(text: str) -> list[tuple[str, str]]:
    """`host=… dbname=…`, values in single quotes where they hold white space."""
    found, at = [], 0
    while text[at:].strip():
        matched = _WORD.match(text, at)
        if matched is None:
            raise UnknownTarget("a PostgreSQL connection string cannot be read", EXAMPLE)
        value = matched["value"]
        value = value[1:-1] if value.startswith("'") else value
        found.append((matched["name"], re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)))
        at = matched.end()
    return found
