"""The conditions behind the errors of server, driver and network, in plain words and without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bson.errors import BSONError
from pymongo import errors

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

if TYPE_CHECKING:
    from xregistry_tui.resources.mongodb.targets import Target

ERRORS = (errors.PyMongoError, BSONError)
"""What the driver raises."""

UNAUTHORISED = 13
NOT_FOUND = frozenset({26, 166, 167})
"""No such collection, or one that is a view."""

_TRY_AGAIN = "it will be tried again"
_SLOW = frozenset({50, 24, 262})
_KILLED = frozenset({11601, 237, 43, 175})
_MOVED = frozenset({91, 189, 10107, 11600, 11602, 13388, 13435, 13436, 63, 133, 136, 334})
_SHORT = frozenset({292, 146, 39, 96, 5, 10334, 16819, 16945, 17419, 40, 31003, 4568})
_REFUSED = frozenset({18, 11, 8000, 31})
_BROKEN = frozenset({61, 8, 28808, 14})


def slow(name: str, seconds: float) -> ResourceSlow:
    """The time limit ended it."""
    return ResourceSlow(f"{name} took longer than {seconds:g} s", "ask for a sample, or raise the time limit")


def while_asking(error: Exception, target: Target, name: str, seconds: float) -> ResourceError:
    """What ended a question."""
    if isinstance(error, errors.OperationFailure):
        return _of_server(error, target, name, seconds)
    if isinstance(error, errors.ConfigurationError | errors.InvalidURI | errors.InvalidName):
        return UnknownTarget(f"{name} cannot be connected to like this: {_first(error)}", "correct its target")
    if isinstance(error, errors.ServerSelectionTimeoutError):
        return _unreached(error, target)
    if isinstance(error, errors.WaitQueueTimeoutError):
        return ResourceBusy(f"all our connections to {name} are busy", _TRY_AGAIN)
    if isinstance(error, errors.DocumentTooLarge):
        return CollectionFailed("what is asked is too large for one command", "ask for less at once")
    if isinstance(error, BSONError | errors.ProtocolError):
        return ResourceBroken(f"{name} answered with what cannot be read: {_first(error)}", "check what listens there")
    return ResourceGone(f"the connection to {name} was lost", "the next question connects again")


def _unreached(error: Exception, target: Target) -> ResourceError:
    """No server that fits was found in time: the driver's text says why, with the state of each."""
    said = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in said or "certificate" in said.lower():
        reason = f"the certificate of {target.hosts} was not accepted"
        return ResourceDenied(reason, "name the authority by tlsCAFile, and the host as the certificate does")
    if "SSL" in said or "TLS" in said:
        return ResourceDenied(
            f"encryption with {target.hosts} failed", "check tls, tlsCAFile and tlsCertificateKeyFile"
        )
    if "refused" in said:
        return ResourceGone(f"no server listens at {target.hosts}", "start it, or check host and port")
    if "getaddrinfo" in said or "Name or service" in said or "nodename" in said or "resolution" in said:
        return ResourceGone(f"there is no host {target.hosts}", "check its name and the network")
    if "No replica set members" in said or "replica set" in said:
        reason = f"{target.hosts} has no member of replica set {target.option('replicaSet')!r} that answers"
        return ResourceGone(reason, "check replicaSet, and that the members can reach each other")
    return ResourceGone(f"{target.hosts} did not answer in time", "check the address and the firewall")


def _of_server(error: errors.OperationFailure, target: Target, name: str, seconds: float) -> ResourceError:
    """By code, which no wording of the server's messages changes."""
    code = error.code or 0
    if code in _SLOW or isinstance(error, errors.ExecutionTimeout):
        return slow(name, seconds)
    if code in _REFUSED or (code == UNAUTHORISED and "requires authentication" in str(error)):
        return stranger(target)
    if code == UNAUTHORISED:
        return CollectionFailed(
            f"{target.user or 'a stranger'} may not read it", "ask for the role read on the database"
        )
    if code in _KILLED:
        return ResourceBusy(f"someone ended our operation on {name}", _TRY_AGAIN)
    if code in _MOVED:
        return ResourceBusy(f"{name} is electing a primary, starting up or shutting down", _TRY_AGAIN)
    if code in _SHORT:
        return CollectionFailed(f"it is too large to do at once: {_first(error)}", "ask for a sample, or fewer fields")
    if code in NOT_FOUND:
        return CollectionFailed(_first(error), "it was changed or dropped: discover again")
    if code in _BROKEN:
        return ResourceBroken(f"{name} answered with an error: {_first(error)}", "look into the server's log")
    return CollectionFailed(_first(error), "the data or the view's definition is at fault")


def stranger(target: Target) -> ResourceDenied:
    """Who comes is not known, or not by this password."""
    who = f"the password of user {target.user!r}, or got none" if target.user else "to be read without a user"
    source = target.option("authSource") or target.database
    hint = f"users of “{source}” were asked: where it is another database add ?authSource=admin"
    found = ResourceDenied(f"{target.hosts} refused {who}", hint if target.user else "write mongodb://user@…")
    # trying a wrong password again and again locks accounts
    found.recoverable = False
    return found


def _first(error: Exception) -> str:
    """The server's first sentence, without the values and the whole answer that the driver adds."""
    details = getattr(error, "details", None) or {}
    said = str(details.get("errmsg") or error).splitlines()[0]
    return said.split(", full error:")[0].split(" :: caused by :: ")[-1][:300]
