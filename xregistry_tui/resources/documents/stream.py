"""A file as a stream of bytes in UTF-8: unpacked and without a byte order mark."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from xregistry_tui.resources.base import ResourceBroken
from xregistry_tui.resources.files import opened

_CHUNK = 64 * 1024
_PACKED = 16 * 1024  # little is read ahead of what is unpacked: `share` tells how far reading is

# the longer mark first: that of UTF-32 begins with that of UTF-16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)

DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError)
"""What unpacking raises where the file is cut off or damaged."""


class Stream:
    """One file, opened for one pass; `packed` says with what it is packed, `plain` that offsets are the file's own."""

    def __init__(self, path: Path, descriptor: int | None = None) -> None:
        self.path = path
        self._raw = io.FileIO(opened(path), "rb") if descriptor is None else _Placed(descriptor)
        self.size = os.fstat(self._raw.fileno()).st_size
        self.packed, unpack = _packing(os.pread(self._raw.fileno(), 6, 0))
        buffered = io.BufferedReader(self._raw, _CHUNK if unpack is None else _PACKED)
        self.bytes: IO[bytes] = unpack(buffered, path) if unpack is not None else buffered
        self.start = 0
        self.plain = unpack is None
        self.transcoded = ""
        self._past_mark()

    def _past_mark(self) -> None:
        try:
            first = self.bytes.peek(4)[:4]  # type: ignore[attr-defined]
        except DAMAGED:
            return  # reading says what is wrong
        for mark, encoding in _MARKS:
            if first.startswith(mark):
                self.bytes.read(len(mark))
                self.start = len(mark)
                if encoding != "utf-8":
                    self.transcoded = encoding.rpartition("-")[0]
                    self.plain = False
                    self.bytes = io.BufferedReader(_Transcoded(self.bytes, encoding), _CHUNK)
                return

    @property
    def share(self) -> float:
        """How much of the file was read, between 0 and 1; what is read ahead counts."""
        return min(1.0, self._raw.tell() / self.size) if self.size else 1.0

    def seek(self, offset: int) -> None:
        """Go on reading at an offset of the file (`plain` ones only)."""
        self.bytes.seek(offset)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.bytes.close()
        self._raw.close()


class _Placed(io.RawIOBase):
    """A descriptor that others read too, from a place of our own in it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_CUR: self._at, os.SEEK_END: os.fstat(self._descriptor).st_size}.get(whence, 0)
        self._at = base + offset
        return self._at

    def readinto(self, into: Any) -> int:
        chunk = os.pread(self._descriptor, len(into), self._at)
        into[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)


class _Transcoded(io.RawIOBase):
    """Bytes of another encoding as UTF-8; what cannot be decoded is replaced."""

    def __init__(self, source: IO[bytes], encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._left:
            chunk = self._source.read(_CHUNK)
            self._left = self._decoder.decode(chunk, not chunk).encode("utf-8", "replace")
            if not chunk and not self._left:
                return 0
        size = min(len(into), len(self._left))
        into[:size], self._left = self._left[:size], self._left[size:]
        return size


def _packing(first: bytes) -> tuple[str, Callable[[IO[bytes], Path], IO[bytes]] | None]:
    if first.startswith(b"\x1f\x8b"):
        return "gzip", lambda raw, _: io.BufferedReader(gzip.GzipFile(fileobj=raw), _CHUNK)
    if first.startswith(b"BZh"):
        return "bzip2", lambda raw, _: io.BufferedReader(bz2.BZ2File(raw), _CHUNK)
    if first.startswith(b"\xfd7zXZ\x00"):
        return "xz", lambda raw, _: io.BufferedReader(lzma.LZMAFile(raw), _CHUNK)
    return ("zstd", _zstd) if first.startswith(b"\x28\xb5\x2f\xfd") else ("", None)


def _zstd(raw: IO[bytes], path: Path) -> IO[bytes]:
    import importlib

    for module, name in (("compression.zstd", "ZstdFile"), ("zstandard", "open")):
        try:
            return io.BufferedReader(getattr(importlib.import_module(module), name)(raw, "rb"), _CHUNK)
        except ImportError:
            continue
    raise ResourceBroken(f"{path.name} is packed with zstd", "unpack it, or install the package zstandard")
