"""The commands, one function each: options in, exit code out."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from xregistry_tui.actions.visible import visible
from xregistry_tui.cli.words import FAILED, FINE, USAGE
from xregistry_tui.config import SettingsError
from xregistry_tui.config.masking import mask, mask_text

if TYPE_CHECKING:
    import argparse
    from types import FrameType

    from xregistry_tui.actions.session import Session
    from xregistry_tui.cli.opening import Code, Opened
    from xregistry_tui.workspace import Ask


LONGEST_LINE = 1_000


class Unwritten(OSError):
    """Standard output takes no data: its disk is full, it is closed, or its reader has left."""


def say(text: str, code: int = FINE) -> int:
    """One line on standard error, safe to print, and the code to leave with."""
    line = visible(mask_text(" ".join(text.split())))
    if sys.stderr is not None:
        sys.stderr.write(f"xreg-tui: {line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + '…'}\n")
    return code


def put(text: str) -> None:
    """Data, on standard output; raises `BrokenPipeError`, `Unwritten`."""
    if sys.stdout is None:
        raise Unwritten(errno.EBADF, "standard output is closed")
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unwritten(error.errno, error.strerror) from error


def _no_terminal(*streams: TextIO | None) -> str:
    """Why the dashboard cannot be drawn here (on these streams); empty where it can."""
    if not all(stream is not None and stream.isatty() for stream in streams or (sys.stdin, sys.stdout)):
        return "the dashboard needs a terminal"
    if os.environ.get("TERM") == "dumb":
        return "the dashboard needs a terminal that can place text (TERM is dumb)"
    return ""


def _settings(options: argparse.Namespace) -> tuple[Path | None, dict[str, Any]]:
    """What the global options say: the settings file, and the keys that win over all others."""
    file, role = getattr(options, "settings", None), getattr(options, "role", None)
    return (Path(file).absolute() if file else None), ({"access.role": role} if role else {})


def _code(options: argparse.Namespace) -> Code:
    """What the global options say of the user's own code."""
    from xregistry_tui.cli.opening import Code

    return Code(app=getattr(options, "app", None), trust=getattr(options, "trust", False))


def open_targets(options: argparse.Namespace) -> int:
    """`xreg-tui [TARGET…]`: the dashboard; with the target `-` what is piped into it, and keys from the terminal."""
    if "-" in options.targets and not _no_terminal(sys.stdout):
        from xregistry_tui.resources.documents.standard_input import put_aside

        put_aside()
    if why := _no_terminal():
        instead = f"xreg-tui profile {options.targets[0]}" if options.targets else "xreg-tui profile TARGET"
        return say(f"{why}; without one, `{instead}` prints what it would show", USAGE)
    from xregistry_tui.cli.opening import open_session

    settings, code = _settings(options), _code(options)
    title = ", ".join(_named(target) for target in options.targets)
    return _dashboard(lambda ask: open_session(*settings, options.targets, code, ask), title)


def _named(target: str) -> str:
    """A target in a word or two, with no secret in it."""
    shown = mask_text(target)
    return (shown.partition("?")[0] if "://" in shown else shown).rstrip("/").rpartition("/")[2] or shown


def demo(options: argparse.Namespace) -> int:
    """`xreg-tui demo`: the dashboard on a shop of its own; without a terminal the shop's profile."""
    from xregistry_tui.cli.opening import open_demo

    settings, code = _settings(options), _code(options)
    with ExitStack() as stack:
        if not _no_terminal():
            return _dashboard(lambda _: open_demo(*settings, stack, code), "demo")
        from xregistry_tui.cli.profile import profile_demo

        say("no terminal here, so this is the demo shop's profile; on a terminal it is a live dashboard")
        return _headless(lambda: profile_demo(*settings, stack, code))


def _dashboard(opener: Callable[[Ask], Awaitable[Opened]], title: str) -> int:
    """The dashboard paints first, opens then, and takes its looks from the settings that were read meanwhile."""
    from xregistry_tui.tui.app import Appearance, run

    looks = Appearance()

    async def open_session(ask: Ask) -> Session:
        nonlocal looks
        opened = await opener(ask)
        tui = opened.loaded.settings.tui
        looks = Appearance(theme=tui.theme, keymap=tui.keymap)
        return opened.session

    return run(open_session, title=title, appearance=lambda: looks)


def profile(options: argparse.Namespace) -> int:
    """`xreg-tui profile TARGET[::COLLECTION]`."""
    from xregistry_tui.cli.profile import profile_target

    settings, code = _settings(options), _code(options)
    return _headless(lambda: profile_target(*settings, options.target, options.grade, code, as_json=options.json))


def _headless(work: Callable[[], Awaitable[int]]) -> int:
    """Run to the end; being told to go (SIGTERM, SIGHUP) unwinds all that was opened and leaves with 128 + signal."""
    import asyncio
    import signal

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    async def whole() -> int:
        return await work()

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)
    return asyncio.run(whole())


def export(options: argparse.Namespace) -> int:
    """`xreg-tui export ITEM --as FORM`."""
    from xregistry_tui.cli.export import export_item

    settings, code = _settings(options), _code(options)
    return _headless(lambda: export_item(*settings, options.item, options.form, code))


def diff(options: argparse.Namespace) -> int:
    """`xreg-tui diff ITEM ITEM [--prove] [--json]`."""
    from xregistry_tui.cli.diff import diff_items

    settings, code = _settings(options), _code(options)
    items = (options.older, options.newer)
    return _headless(lambda: diff_items(*settings, items, code, prove=options.prove, as_json=options.json))


def validate(options: argparse.Namespace) -> int:
    """`xreg-tui validate ITEM FILE|-`."""
    from xregistry_tui.cli.validate import validate_file

    settings, code = _settings(options), _code(options)
    return _headless(lambda: validate_file(*settings, options.item, options.file, code, as_json=options.json))


def lint(options: argparse.Namespace) -> int:
    """`xreg-tui lint PATH…`."""
    from xregistry_tui.cli.lint import lint_paths

    return lint_paths(*_settings(options), options.paths, options.package, as_json=options.json)


def audit(options: argparse.Namespace) -> int:
    """`xreg-tui audit [--last N] [--json] [--verify | --follow] [--head HASH]`."""
    from xregistry_tui.cli import audit as trail

    settings = _settings(options)
    if options.verify or options.head:
        return _headless(lambda: trail.check(*settings, options.head, as_json=options.json))
    if not options.follow:
        return _headless(lambda: trail.show(*settings, options.last, as_json=options.json))
    _headless(lambda: trail.may_read(*settings))
    return trail.follow(options.last, as_json=options.json)


def config(options: argparse.Namespace) -> int:
    """`xreg-tui config [show|path|check]`."""
    file, flags = _settings(options)
    if options.what == "path":
        return _config_path(file, as_json=options.json)
    return {"show": _config_show, "check": _config_check}[options.what](file, flags, as_json=options.json)


def _config_show(file: Path | None, flags: dict[str, Any], *, as_json: bool) -> int:
    from xregistry_tui.config import load
    from xregistry_tui.config.model import flat

    loaded = load(file, flags)
    values = {key: mask(value, key) for key, value in flat(loaded.settings).items()}
    if as_json:
        put(_json({key: {"value": value, "source": loaded.sources[key]} for key, value in values.items()}))
    else:
        rows = [
            (f"{key} = {json.dumps(value, ensure_ascii=False)}", loaded.sources[key]) for key, value in values.items()
        ]
        width = max(len(row[0]) for row in rows if len(row[0]) <= 60)
        put("\n".join(f"{visible(text):<{width}}  # {visible(source)}" for text, source in rows))
    for note in loaded.notes:
        say(note)
    return FINE


def _config_path(file: Path | None, *, as_json: bool) -> int:
    from xregistry_tui.config.places import places, state_folder
    from xregistry_tui.logs import log_file
    from xregistry_tui.store.file import FileStore
    from xregistry_tui.store.trail import JOURNAL

    found = [(place.layer, str(place.path), "read" if place.used else place.note or "absent") for place in places(file)]
    for name, path in (("log", log_file()), ("trail", FileStore(state_folder()).path(JOURNAL))):
        found.append((name, str(path), "present" if path.exists() else "absent"))
    if as_json:
        put(_json([{"place": layer, "path": path, "state": state} for layer, path, state in found]))
    else:
        put("\n".join(f"{layer:<9} {visible(path)}  ({state})" for layer, path, state in found))
    return FINE


def _config_check(file: Path | None, flags: dict[str, Any], *, as_json: bool) -> int:
    from xregistry_tui.config import load

    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    try:
        loaded = load(file, flags)
        notes = (*loaded.notes, *_unknown_theme(loaded.settings.tui.theme))
    except SettingsError as error:
        problems = tuple(mask_text(problem) for problem in error.problems)
    if as_json:
        put(_json({"valid": not problems, "problems": problems, "notes": notes}))
    else:
        put("\n".join(visible(line) for line in (*problems, *notes)) or "the settings are fine")
    return FAILED if problems else FINE


def _unknown_theme(name: str) -> tuple[str, ...]:
    from xregistry_tui.config import packaged

    known = sorted(path.stem for path in packaged("themes").glob("*.toml"))
    return () if name in known else (f"tui.theme: there is no theme {name!r}; there are {', '.join(known)}",)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


BY_NAME: dict[str, Callable[[argparse.Namespace], int]] = {
    "open": open_targets,
    "demo": demo,
    "profile": profile,
    "diff": diff,
    "export": export,
    "validate": validate,
    "lint": lint,
    "audit": audit,
    "config": config,
}
