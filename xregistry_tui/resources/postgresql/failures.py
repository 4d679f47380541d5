"""The conditions behind the errors of server, driver and network, in plain words and without secrets."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any

import asyncpg

from xregistry_tui.resources.base import (
    CollectionFailed,
    ResourceBroken,
    ResourceBusy,
    ResourceDenied,
    ResourceError,
    ResourceGone,
    ResourceSlow,
    UnknownTarget,
)
from xregistry_tui.resources.postgresql.passwords import WAYS

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.reaching import Reach

# the driver's own confusion is what a connection that breaks at a bad moment looks like
_BROKEN = (asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError)

NETWORK = (OSError, *_BROKEN)
"""Errors after which a connection is of no use."""

LOST = (*_BROKEN, asyncpg.AdminShutdownError, ConnectionError)
"""Errors of a connection that the other side has given up."""

_DISCOVER = "it was changed or dropped: discover again"
_READ = "leave out what writes, such as a view that calls a function with effects"
_LOG = "look into the server's log"
_TRY_AGAIN = "it will be tried again"


class BadLiteral(CollectionFailed):
    """A value in a condition is none of its column's type."""


def slow(name: str, seconds: float) -> ResourceSlow:
    """The time limit ended it."""
    return ResourceSlow(f"{name} took longer than {seconds:g} s", "ask for a sample, or raise the time limit")


def while_asking(error: BaseException, reach: Reach, name: str) -> ResourceError:
    """What ended a question on an open connection."""
    if isinstance(error, asyncpg.PostgresError):
        return _of_server(error, reach, name)
    if isinstance(error, UnicodeError):
        return CollectionFailed(f"{name} holds text in another encoding than it says", "convert it to UTF-8")
    return ResourceGone(f"the connection to {name} was lost", "the next question connects again")


def while_connecting(error: BaseException, reach: Reach, name: str, note: str = "") -> ResourceError:
    """Why no connection came about; `note` is why a file of passwords was not used."""
    if isinstance(error, asyncpg.InvalidPasswordError | asyncpg.InvalidAuthorizationSpecificationError):
        return _refused(error, reach, note)
    if isinstance(error, asyncpg.PostgresError):
        return _of_server(error, reach, name)
    if isinstance(error, TimeoutError):
        reason = f"{reach.server} did not answer within {reach.seconds:g} s"
        return ResourceGone(reason, "check the address and the firewall, or raise connect_timeout")
    # an error of encryption may be a ValueError too
    if isinstance(error, asyncpg.ClientConfigurationError | ValueError) and not isinstance(error, OSError):
        return UnknownTarget(f"{name} cannot be connected to like this: {error}", "correct its target")
    return _of_network(error, reach)


def _of_network(error: BaseException, reach: Reach) -> ResourceError:
    if isinstance(error, ssl.SSLError) or "SSL" in str(error):
        return _of_encryption(error, reach)
    if isinstance(error, socket.gaierror):
        return ResourceGone(f"there is no host {_hosts(reach)}", "check its name and the network")
    if isinstance(error, ConnectionRefusedError | FileNotFoundError):
        return ResourceGone(f"no server listens at {reach.server}", "start it, or check host and port")
    if isinstance(error, PermissionError):
        return ResourceDenied(f"the socket at {reach.server} may not be used", "check its permissions")
    if isinstance(error, OSError) and error.strerror:
        return ResourceGone(f"{reach.server} cannot be reached: {error.strerror}", "check the network")
    if isinstance(error, OSError) and "Multiple exceptions" in str(error):
        return ResourceGone(f"no server listens at {reach.server}", "start it, or check host and port")
    return ResourceGone(f"{reach.server} ended the connection", "check that a PostgreSQL server listens there")


def _of_encryption(error: BaseException, reach: Reach) -> ResourceError:
    mode = reach.tls.get("sslmode", "prefer")
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = f"the certificate of {reach.server} was not accepted: {error.verify_message}"
        return ResourceDenied(reason, "name the authority by sslrootcert, and the host as the certificate does")
    if isinstance(error, ssl.SSLError):
        return ResourceDenied(f"encryption with {reach.server} failed: {error.reason}", "check sslcert and sslkey")
    reason = f"{reach.server} offers no encryption, and sslmode={mode} asks for it"
    return ResourceDenied(reason, "have the server offer TLS, or use sslmode=prefer on a network that you trust")


def _hosts(reach: Reach) -> str:
    return " or ".join(host for host, _ in reach.hosts)


def _refused(error: asyncpg.PostgresError, reach: Reach, note: str) -> ResourceDenied:
    if error.sqlstate == "28P01" or "password" in str(error):
        found = ResourceDenied(f"{reach.server} refused the password of user {reach.user!r}, or got none", note or WAYS)
    else:
        found = ResourceDenied(f"{reach.server} refused user {reach.user!r}: {_words(error)}", "ask its administrator")
    # trying a wrong password again and again locks accounts
    found.recoverable = False
    return found


def _of_server(error: asyncpg.PostgresError, reach: Reach, name: str) -> ResourceError:
    """By SQLSTATE, which no translation of the server's messages changes."""
    state = error.sqlstate or ""
    for codes, made in _CONDITIONS:
        if state.startswith(codes):
            found: ResourceError = made(error, reach, name)
            return found
    return ResourceBroken(f"{name} answered with an error: {_words(error)}", _LOG)


def _cancelled(error: asyncpg.PostgresError, reach: Reach, name: str) -> ResourceError:
    if "timeout" in str(error):
        return ResourceSlow(f"{name} took longer than its time limit", "ask for a sample, or raise the time limit")
    return ResourceBusy(f"someone cancelled our query on {name}", _TRY_AGAIN)


def _busy(words: str) -> Any:
    return lambda error, reach, name: ResourceBusy(words.format(name=name, said=_words(error)), _TRY_AGAIN)


def _gone(words: str, hint: str = "the next question connects again") -> Any:
    return lambda error, reach, name: ResourceGone(words.format(name=name, reach=reach), hint)


def _failed(hint: str) -> Any:
    return lambda error, reach, name: CollectionFailed(_words(error), hint)


_CONDITIONS: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("57014",), _cancelled),
    (("25P04",), _cancelled),
    (("55P03",), _busy("what is asked of {name} is locked by someone who changes it")),
    (("40P01",), _busy("{name} found our query in a deadlock and ended it")),
    (("40001", "40"), _busy("{name} is a standby whose recovery ended our query")),
    (("53300",), _busy("{name} has no connection left for us: {said}")),
    (("53", "54"), _busy("{name} is short of resources: {said}")),
    (("57P03",), _busy("{name} is starting up or shutting down")),
    (("57P01", "57P02"), _gone("{name} ended our connection: it shuts down, or an administrator did it")),
    (("57P05", "25P03"), _gone("{name} ended our connection, which was idle for too long")),
    (("3D000", "57P04"), _gone("there is no database {reach.database!r} at {reach.server}", "check its name")),
    (("08",), _gone("the connection to {name} was lost")),
    (
        ("25006",),
        lambda error, reach, name: ResourceDenied(f"{name} is asked for more than reading: {_words(error)}", _READ),
    ),
    (("42501",), _failed("ask for the right to SELECT")),
    (("28",), lambda error, reach, name: _refused(error, reach, "")),
    (("42", "3F", "0A"), _failed(_DISCOVER)),
    (("22", "21", "2F", "38", "39", "P0", "23"), _failed("the data or the view's definition is at fault")),
    (("XX", "58", "F0"), lambda error, reach, name: ResourceBroken(f"{name} is damaged: {_words(error)}", _LOG)),
)


def _words(error: asyncpg.PostgresError) -> str:
    """The server's first line: its details may hold values of records."""
    return str(error.args[0] if error.args else error).splitlines()[0]
