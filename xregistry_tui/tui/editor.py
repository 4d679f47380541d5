"""A text in the editor of the user's choice: a private temporary file, the terminal lent for as long as it runs."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import signal
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

_FALLBACKS = ("nano", "vi")
NONE_SET = "There is no editor: set EDITOR, for example EDITOR=nano."
CANNOT_LEND = "This terminal cannot be lent to an editor; run xreg-tui in a terminal of its own."


class NotEdited(Exception):
    """The editor gave nothing back; the text says why."""


def command(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The editor with its arguments: VISUAL, EDITOR, else one that is usually there; raises `NotEdited`."""
    environment = os.environ if environment is None else environment
    chosen = environment.get("VISUAL") or environment.get("EDITOR")
    if chosen:
        try:
            words = tuple(shlex.split(chosen))
        except ValueError:
            raise NotEdited(f"EDITOR is not understood: {chosen}") from None
        if words:
            return words
    found = next((name for name in _FALLBACKS if shutil.which(name, path=environment.get("PATH"))), None)
    if found is None:
        raise NotEdited(NONE_SET)
    return (found,)


async def edited(text: str, name: str, words: Sequence[str], terminal: AbstractContextManager[None]) -> str:
    """The text as the editor left it; raises `NotEdited` where that failed. The file is gone in any case."""
    folder = await asyncio.to_thread(_folder, text, name)
    try:
        with terminal:
            code = await _run([*words, str(folder / f"{_safe(name)}.py")])
        if code:
            raise NotEdited(_ended(words[0], code))
        return await asyncio.to_thread(_read, folder)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, True)


def _folder(text: str, name: str) -> Path:
    """A new folder that only its owner can enter, with the text in a file of that name; raises `NotEdited`."""
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(prefix="xreg-"))
        (folder / f"{_safe(name)}.py").write_text(text, encoding="utf-8")
    except OSError as error:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        raise NotEdited(f"There is no place for a file to edit: {error.strerror or error}.") from None
    return folder


def _read(folder: Path) -> str:
    file = next(iter(folder.glob("*.py")), None)
    try:
        return file.read_text(encoding="utf-8") if file is not None else ""
    except UnicodeDecodeError:
        raise NotEdited("What came back is not UTF-8: nothing was taken over.") from None
    except OSError as error:
        raise NotEdited(f"What came back cannot be read: {error.strerror or error}. Nothing was taken over.") from None


def _safe(name: str) -> str:
    return re.sub(r"\W", "_", name, flags=re.ASCII)[:60] or "model"


async def _run(words: Sequence[str]) -> int:
    try:
        process = await asyncio.create_subprocess_exec(*words)
    except OSError as error:
        raise NotEdited(f"The editor {words[0]} did not start: {error.strerror or error}. Set EDITOR.") from None
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        raise


def _ended(program: str, code: int) -> str:
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
    return f"The editor {program} {how}: nothing was taken over."
