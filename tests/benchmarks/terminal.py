"""A program in a pseudo-terminal: what it painted and when, what it is sent, what it costs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

# CSI, OSC, DCS and their kin, and the two-byte escapes: what a terminal obeys and does not show
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\)|[ -/]*[0-~])", re.DOTALL)
TICKS = os.sysconf("SC_CLK_TCK")


class Painted(Exception):
    """What was waited for was not painted in time; the text ends with what was."""


class Terminal:
    """A running program and the screen it draws on; made by `terminal`."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int, began: float) -> None:
        self.process = process
        self.began = began
        self._screen = screen
        self._painted = b""
        self._last = b""

    def wait_for(self, pattern: str, seconds: float = 60) -> float:
        """Seconds from the launch until the pattern stood in what was painted since the last call that found it."""
        until = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.text())
            if found:
                took = time.monotonic() - self.began
                self._painted = b""
                return took
            if not self._read(until - time.monotonic()):
                how = "in time" if self.process.poll() is None else "before it ended"
                raise Painted(f"{pattern!r} was not painted {how}; the end of it:\n{self.last_words()}")

    def watch(self, seconds: float) -> int:
        """Let it run and drain what it paints; gives the number of bytes."""
        until, size = time.monotonic() + seconds, 0
        while self._read(until - time.monotonic()):
            size += len(self._painted)
            self._painted = b""
        return size

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._screen, keys.encode())

    def text(self) -> str:
        """What was painted, without what only steers the terminal."""
        return ESCAPES.sub("", self._painted.decode(errors="replace"))

    def last_words(self) -> str:
        """The end of all that was painted: where a program ended unasked, this says why."""
        return ESCAPES.sub("", self._last.decode(errors="replace"))[-4_000:]

    def resident(self) -> float:
        """MB that the program holds now, its children not counted."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1_024 if found else 0.0

    def cpu(self) -> float:
        """CPU seconds the program has used so far, its children not counted."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def _read(self, seconds: float) -> bool:
        """Take what is there, waiting for it at most so long; whether more may come."""
        if seconds <= 0:
            return False
        if select.select([self._screen], [], [], seconds)[0]:
            try:
                read = os.read(self._screen, 1 << 16)
            except OSError:  # on Linux the end of a pseudo-terminal is an error
                return False
            self._painted += read
            self._last = (self._last + read)[-16_384:]
        return True


@contextlib.contextmanager
def terminal(command: Sequence[str], *, columns: int = 120, rows: int = 40) -> Iterator[Terminal]:
    """Start a program on a terminal of its own, with no settings but the packaged ones; end it at the exit."""
    with tempfile.TemporaryDirectory(prefix="xreg-bench-") as home:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        began = time.monotonic()
        process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=_environment(home), start_new_session=True
        )
        os.close(theirs)
        running = Terminal(process, ours, began)
        try:
            yield running
        finally:
            _end(running)
            os.close(ours)


def _environment(home: str) -> dict[str, str]:
    folders = {f"XDG_{kind}_HOME": f"{home}/{kind.lower()}" for kind in ("CONFIG", "STATE", "CACHE", "DATA")}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XREGISTRY_", "PG", "TEXTUAL"))}
    return {**kept, **folders, "HOME": home, "TERM": "xterm-256color", "COLORTERM": "truecolor"}


def _end(running: Terminal) -> None:
    """Ask it to go and keep reading meanwhile: who writes to a terminal that nobody reads never ends."""
    process = running.process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        running.watch(5)
    if process.poll() is None:
        process.kill()
    process.wait()
