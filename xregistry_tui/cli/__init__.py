"""The command line: words into a session's verbs, what comes of it into an exit code.

Standard output is data, standard error is talk. Each command imports what it needs, when it runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xregistry_tui.cli.words import BROKEN_PIPE, BUG, FINE, INTERRUPTED, UNREACHABLE, UNWRITTEN, USAGE, parser, read

if TYPE_CHECKING:
    import argparse

__all__ = ["main"]

STANDARD_OUTPUT = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit code."""
    _occupy()
    try:
        code = _ended(sys.argv[1:] if argv is None else argv)
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        # what is still held for the reader must go nowhere: the interpreter would try again, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), STANDARD_OUTPUT)
        return BROKEN_PIPE if isinstance(error, BrokenPipeError) else UNWRITTEN
    return code


def _occupy() -> None:
    """Put something where a standard stream was closed: the next file opened would become that stream."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _ended(argv: Sequence[str]) -> int:
    try:
        return _run(read(argv))
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else FINE
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    if options.command == "help":
        parser().print_help()
        return FINE
    if options.command == "version":
        from importlib.metadata import version

        sys.stdout.write(f"xreg-tui {version('xregistry-tui')}\n")
        return FINE
    return _guarded(options)


def _guarded(options: argparse.Namespace) -> int:
    """Run a command; every failure is one line, and a mistake of ours leaves its traceback in the log."""
    from xregistry_tui import logs
    from xregistry_tui.cli import commands

    logs.set_up()
    try:
        return commands.BY_NAME[options.command](options)
    except BrokenPipeError:
        raise
    except commands.Unwritten as error:
        commands.say(f"the output cannot be written: {error.strerror}")
        raise
    except Exception as error:
        code = _code_of(error)
        if code is not None:
            return commands.say(str(error), code)
        import logging

        logging.getLogger(__name__).exception("a mistake of this program")
        return commands.say(f"{type(error).__name__}: {error}; a mistake of xreg-tui, see {logs.log_file()}", BUG)
    finally:
        logs.tear_down()


def _code_of(error: Exception) -> int | None:
    """The exit code of an error that is meant for people; `None` for one that nobody expected."""
    from xregistry_tui.actions.base import ActionError, Refused
    from xregistry_tui.actions.imports import NotImported
    from xregistry_tui.actions.trail import TrailUnreadable
    from xregistry_tui.config import SettingsError
    from xregistry_tui.resources.base import ResourceError

    if isinstance(error, ResourceError | Refused | NotImported | TrailUnreadable):
        return UNREACHABLE
    return USAGE if isinstance(error, ActionError | SettingsError) else None
