"""A window of text over bytes that arrive in pieces: what was read is let go, what is begun is read on."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

CHUNK = 128 * 1024

_BETWEEN = re.compile(r"[\s,\x00\x1e]*")
_OUTSIDE = re.compile(r"[\"{}\[\]]")
_INSIDE = re.compile(r"\\.|\"", re.DOTALL)


class Text:
    """`buffer` from `pos` on is what is not read yet; `eof` says that no more comes."""

    def __init__(self, chunk: Callable[[int], bytes], replaced: Callable[[int], None] | None = None) -> None:
        self.buffer = ""
        self.pos = 0
        self.eof = False
        self.closed = False
        self._chunk = chunk
        self._replaced = replaced
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._lines = 1
        self._taken = 0

    @property
    def at_end(self) -> bool:
        """Whether all was read."""
        return self.eof and self.pos >= len(self.buffer)

    @property
    def read(self) -> int:
        """About how many bytes were read, what waits in the buffer left out."""
        return self._taken - (len(self.buffer) - self.pos)

    def more(self) -> None:
        """Read on: as much again as is waiting, so that a large value costs no more than twice its size."""
        left = self.buffer[self.pos :]
        self._lines += self.buffer.count("\n", 0, self.pos)
        raw = self._chunk(max(CHUNK, len(left)))
        self._taken += len(raw)
        self.eof = not raw
        self.buffer, self.pos = left + self._decoded(raw), 0

    def _decoded(self, raw: bytes) -> str:
        state = self._decoder.getstate()
        try:
            return self._decoder.decode(raw, not raw)
        except UnicodeDecodeError:
            lenient = codecs.getincrementaldecoder("utf-8")("replace")
            lenient.setstate(state)
            text = lenient.decode(raw, not raw)
            self._decoder.setstate(lenient.getstate())
            if self._replaced is not None:
                self._replaced(text.count("\ufffd") - (state[0] + raw).count(b"\xef\xbf\xbd"))
            return text

    def line(self, pos: int) -> int:
        """The line of a position in the buffer, from 1."""
        return self._lines + self.buffer.count("\n", 0, pos)

    def skip_space(self) -> bool:
        """Pass over what separates values; whether something follows in the buffer."""
        found = _BETWEEN.match(self.buffer, self.pos)
        self.pos = found.end() if found else self.pos
        return self.pos < len(self.buffer)

    def skip_all_space(self) -> bool:
        """Pass over what separates values to the end; whether something follows at all."""
        while not self.skip_space() and not self.eof:
            self.more()
        return self.pos < len(self.buffer)

    def close(self) -> None:
        """The array that holds the values ends here."""
        self.closed = True
        self.pos += 1

    def pass_over(self) -> None:
        """Go behind the container or string that begins here, without holding or understanding it."""
        depth, inside = 0, False
        while True:
            found = (_INSIDE if inside else _OUTSIDE).search(self.buffer, self.pos)
            if found is None:
                if self.eof:
                    self.pos = len(self.buffer)
                    return
                # a backslash at the end belongs to what comes next
                waits = inside and self.buffer.endswith("\\")
                self.pos = max(self.pos, len(self.buffer) - waits)
                self.more()
                continue
            self.pos, mark = found.end(), found.group()
            if mark == '"':
                inside = not inside
            elif not inside:
                depth += 1 if mark in "[{" else -1
            if depth <= 0 and not inside:
                return
