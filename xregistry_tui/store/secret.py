"""The key of the fingerprints in the trail: 32 random bytes that only their owner can read, made once."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

LENGTH = 32


def secret(path: Path) -> bytes:
    """The key of a file, made where it is not there; of several that make it at once one wins. Raises `OSError`."""
    with suppress(FileNotFoundError):
        return _read(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        _write(fresh, secrets.token_bytes(LENGTH))
        with suppress(FileExistsError):  # another was first: theirs is the key
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return _read(path)


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != LENGTH:
        raise OSError(errno.EINVAL, f"it is no key of {LENGTH} bytes; remove it and a new one is made", str(path))
    return key


def _write(path: Path, key: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(file, "wb") as writing:
        writing.write(key)
        writing.flush()
        os.fsync(writing.fileno())
