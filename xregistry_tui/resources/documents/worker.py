"""A process of our own that reads large files: parsing holds the interpreter, and a screen must not wait for that.

It is started at the first large file, ends with its resource or with us, and is killed when its owner is cancelled.
What is asked and answered goes through its pipes; nothing else is shared.
"""

from __future__ import annotations

import copyreg
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from xregistry_tui.resources import base
from xregistry_tui.resources.base import CollectionFailed, ResourceError, ResourceGone
from xregistry_tui.resources.thread import Limit

MEMORY = 1024 * 1024 * 1024
"""Bytes that it may take."""

_ROOT = str(Path(base.__file__).parents[2])
_BEGIN = f"import sys; sys.path.append(sys.argv[1]); from {__name__} import serve; serve(int(sys.argv[2]))"
_HEAD = 8


def _tasks() -> Mapping[str, Callable[..., Any]]:
    """What can be asked of it."""
    from xregistry_tui.resources.documents.look import look
    from xregistry_tui.resources.documents.profile import profile
    from xregistry_tui.resources.documents.records import exists, records

    return {"look": look, "profile": profile, "records": records, "exists": exists}


def perform(task: str, arguments: tuple[Any, ...], limit: Limit) -> Any:
    """Do a task here."""
    return _tasks()[task](*arguments, limit)


class Worker:
    """The process as its owner sees it; `ask` from one thread at a time, `kill` from any."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, task: str, arguments: tuple[Any, ...], limit: Limit, keep: tuple[int, ...] = ()) -> Any:
        """Have a task done there; `keep` are descriptors that it reads. Raises `ResourceError`."""
        process = self._started(limit, keep)
        try:
            _send(_pipe(process.stdin), (task, arguments, limit.seconds))
            kind, *answer = _received(_pipe(process.stdout))
        except (OSError, EOFError) as error:
            self.kill()
            if limit.cancelled:
                raise _gone() from error
            raise CollectionFailed("its reader ended unexpectedly", "look at a sample") from error
        if kind == "said":
            raise getattr(base, answer[0])(*answer[1:])
        return answer[0]

    def _started(self, limit: Limit, keep: tuple[int, ...]) -> subprocess.Popen[bytes]:
        with self._lock:
            # whoever cancels says so first and kills then: what is not started yet must not be any more
            if limit.cancelled:
                raise _gone()
            if self._process is None or self._process.poll() is not None:
                self._process = _process(keep)
            return self._process

    def kill(self) -> None:
        """End it, whatever it does; it is started anew when it is needed."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _process(keep: tuple[int, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _BEGIN, _ROOT, str(MEMORY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=keep,
        start_new_session=True,  # an interrupt on the keyboard is for us alone
    )


def _gone() -> ResourceGone:
    return ResourceGone("the file was closed while it was read", "connect it again")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise EOFError
    return pipe


def _send(pipe: IO[bytes], what: tuple[Any, ...]) -> None:
    body = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(body).to_bytes(_HEAD, "big") + body)
    pipe.flush()


def _received(pipe: IO[bytes]) -> tuple[Any, ...]:
    head = pipe.read(_HEAD)
    body = pipe.read(int.from_bytes(head, "big"))
    if len(head) < _HEAD or len(body) < int.from_bytes(head, "big"):
        raise EOFError
    found: tuple[Any, ...] = pickle.loads(body)  # noqa: S301 - from our own process, which we started
    return found


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# figures hold read-only mappings, which cannot be sent as they are
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))


def serve(memory: int) -> None:
    """Answer until nobody asks any more, in so many bytes (runs in the process)."""
    import gc

    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _bound(memory)
    gc.disable()  # what is parsed holds no circles, and looking for some takes its time
    asked: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, asked), daemon=True).start()
    while True:
        _send(answers, _answered(memory, *asked.get()))


def _listen(requests: IO[bytes], asked: queue.SimpleQueue[tuple[Any, ...]]) -> None:
    """Take requests, also while one is worked on: whoever is gone needs no answer."""
    while True:
        try:
            asked.put(_received(requests))
        except (OSError, EOFError):
            os._exit(0)


def _answered(memory: int, task: str, arguments: tuple[Any, ...], seconds: float) -> tuple[Any, ...]:
    limit = Limit(seconds)
    limit.start()
    try:
        return "done", perform(task, arguments, limit)
    except ResourceError as error:
        return "said", type(error).__name__, error.reason, error.hint
    except MemoryError:
        return "said", "CollectionFailed", f"it needs more than {memory >> 20:,} MB to be read so", "look at a sample"
    except OSError as error:
        return "said", "ResourceGone", f"it cannot be read: {error}", "check the file"


def _bound(memory: int) -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
