"""A server process that ends with the tests, however they end: its keeper waits for our end of a pipe to close."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# the keeper reads until we are gone, then ends the server and removes its data; only the server has the output, which
# ends when it does
_KEEPER = """
data=$1; shift
"$@" </dev/null & child=$!
exec >/dev/null 2>&1
cat >/dev/null
kill -QUIT $child 2>/dev/null; wait $child
rm -rf "$data"
"""


class Unavailable(Exception):
    """The engine cannot be had here, and why."""


def unprivileged() -> dict[str, Any]:
    """How to start a process as someone who is not root, which servers refuse to be."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def own(folder: Path) -> None:
    """Give a folder to whom `unprivileged` starts."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.lchown(folder, nobody.pw_uid, nobody.pw_gid)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def within_reach(base: Path, parts: Sequence[Path], folder: Path) -> Path:
    """Where these folders of `base` are for whom `unprivileged` starts: out of a private one they are copied.

    The first is that of the programs; the libraries that a wheel brings are found from there.
    """
    closed = any(not place.stat().st_mode & 0o001 for place in (*parts, *parts[0].parents))
    if not unprivileged() or not closed:
        return base
    install = folder / "install"
    for part in parts:
        shutil.copytree(part, install / part.relative_to(base), symlinks=True)
    for place in (install, *install.rglob("*")):
        own(place)  # else whoever runs them could not remove them
    return install


class Kept:
    """A server under a keeper, once it said that it is ready; `stop` ends it and removes `data`."""

    def __init__(self, command: Sequence[str | Path], data: Path, ready: str, seconds: float = 30.0) -> None:
        self.said: list[str] = []
        self._ready = threading.Event()
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "keeper", data, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=data,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            start_new_session=True,
            **unprivileged(),
        )
        threading.Thread(target=self._listen, args=(ready,), daemon=True).start()
        if not self._ready.wait(seconds) or not any(ready in line for line in self.said):
            self.stop()
            raise Unavailable(f"the server did not start: {''.join(self.said[-5:])}")

    def _listen(self, ready: str) -> None:
        assert self._keeper.stdout is not None
        for line in self._keeper.stdout:
            self.said.append(line)
            if ready in line or "FATAL" in line:
                self._ready.set()
        self._ready.set()

    def stop(self) -> None:
        """End the server."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        self._keeper.wait(20)
