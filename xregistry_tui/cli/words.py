"""What may be written on the command line, and how it is read. Imports argparse and nothing else."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

COMMANDS = ("demo", "profile", "validate", "diff", "export", "lint", "audit", "config")
GLOBAL_OPTIONS = ("--settings", "--role", "--app")
FINE, FAILED, USAGE, UNREACHABLE, BUG, UNWRITTEN, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 3, 70, 74, 130, 141

USAGE_LINES = (
    "xreg-tui [--settings FILE] [--role ROLE] [--app MODULE:NAME] [--trust] [TARGET ...]\n       xreg-tui COMMAND ..."
)
DESCRIPTION = "See what your data looks like, live: open a database, watch every table, check records against it."
EPILOG = """\
commands:
  demo                          a shop with live traffic, made on the spot; needs no server and no settings
  profile TARGET[::COLLECTION]  statistics and quality as text, or for programs with --json
  validate ITEM FILE|-          records (JSON Lines, JSON, Extended JSON, CSV; packed or not) against a model and its
                                live values
  diff ITEM ITEM [--prove]      what changed from one to the other, and whether records survive it; --prove asks them
  export ITEM --as FORM         a model as json-schema, pydantic, ui-schema or markdown; ITEM is PATH[@VERSION],
                                module:Class, a file x.schema.json, or TARGET::COLLECTION
  lint PATH...                  imports that bypass the __all__ of a package of models; runs none of the code
  audit [--verify|--follow]     what was done and refused, by whom; and the proof that nothing of it was changed
  config [show|path|check]      every setting with the place it came from

examples:
  xreg-tui demo
  xreg-tui shop.sqlite
  xreg-tui --role analyst shop.sqlite archive.sqlite
  xreg-tui profile shop.sqlite::orders
  xreg-tui profile shop.sqlite --grade exact --json | jq '.collections[].rows.value'
  zcat new.jsonl.gz | xreg-tui validate shop.sqlite::orders -
  xreg-tui diff shop.sqlite::orders orders.schema.json --prove
  xreg-tui export shop.sqlite::orders --as pydantic > orders.py
  xreg-tui --app shop.registry:registry shop.sqlite
  xreg-tui lint src
  xreg-tui audit --last 10
  xreg-tui config show

A first word that equals a command is the command: a file named demo is ./demo.
Databases are opened read-only. Without a target, what [[resources]] of the settings name is opened.
Code that a project's settings name runs once you trust its folder: --trust does, this time; --app is your own word.

exit codes: 0 fine, 1 data, settings or the trail failed the check, 2 wrong usage, 3 could not connect or read,
            70 a mistake of this program (the log has it), 74 the output could not be written, 130 interrupted
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"xreg-tui: {message} (see xreg-tui --help)\n")


def read(argv: Sequence[str]) -> argparse.Namespace:
    """The command line as options; `command` is `open` for targets, `help` and `version` for what only prints.

    Raises `SystemExit` after saying what is wrong, or after the help of a command.
    """
    words = _with_command(argv)
    if "open" in words and {"-h", "--help"} & set(argv[: _end(argv)]):
        return argparse.Namespace(command="help")
    options = parser().parse_args(words)
    return argparse.Namespace(command="version") if options.version else options


def _end(argv: Sequence[str]) -> int:
    return list(argv).index("--") if "--" in argv else len(argv)


def _with_command(argv: Sequence[str]) -> list[str]:
    """The words with a command: `open` is put before the first that is neither an option nor a command."""
    takes_value = False
    for index, word in enumerate(argv):
        if takes_value or (word.startswith("-") and word not in {"-", "--"}):
            takes_value = not takes_value and word in GLOBAL_OPTIONS
            continue
        return list(argv) if word in COMMANDS else [*argv[:index], "open", *argv[index:]]
    return [*argv, "open"]


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    everywhere = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    everywhere.add_argument("--settings", metavar="FILE", help="use this settings file instead of the nearest one")
    everywhere.add_argument("--role", metavar="ROLE", help="act as this role (else [access] role of the settings)")
    everywhere.add_argument(
        "--app", metavar="MODULE:NAME", type=_app, help="work on this XRegistry, or on what this function gives"
    )
    everywhere.add_argument("--trust", action="store_true", help="run, this time, the code that the settings name")
    whole = _Parser(
        prog="xreg-tui",
        usage=USAGE_LINES,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[everywhere],
        allow_abbrev=False,
    )
    whole.add_argument("--version", action="store_true", help="show the version and leave")
    commands = whole.add_subparsers(dest="command", metavar="", help=argparse.SUPPRESS, parser_class=_Parser)
    shared: dict[str, Any] = {"parents": [everywhere], "allow_abbrev": False}
    commands.add_parser("open", add_help=False, **shared).add_argument("targets", nargs="*")
    commands.add_parser("demo", description="A shop with live traffic; without a terminal its profile.", **shared)
    _add_profile(commands.add_parser("profile", description="Statistics and quality of what a target holds.", **shared))
    _add_diff(commands.add_parser("diff", description="What changed, and what live records say of it.", **shared))
    _add_validate(commands.add_parser("validate", description="Records against a model and its live values.", **shared))
    _add_export(commands.add_parser("export", description="A model to take along.", **shared))
    _add_lint(commands.add_parser("lint", description="Imports that bypass the __all__ of a package.", **shared))
    _add_audit(commands.add_parser("audit", description="What was done and refused, by whom.", **shared))
    _add_config(commands.add_parser("config", description="Every setting, and where it comes from.", **shared))
    return whole


def _app(text: str) -> str:
    module, _, name = text.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), *name.split("."))):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form package.module:name")
    return text


def _add_lint(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", metavar="PATH", nargs="+", help="files and folders to look at")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument(
        "--package",
        metavar="DOTTED",
        action="append",
        default=[],
        help="a package that may only be imported as a whole (else those of the settings, else all that export models)",
    )


def _add_profile(command: argparse.ArgumentParser) -> None:
    command.add_argument("target", metavar="TARGET[::COLLECTION]", help="what to look at, and which part of it")
    command.add_argument("--json", action="store_true", help="print JSON in the documented form")
    command.add_argument(
        "--grade",
        choices=("catalogue", "sample", "exact"),
        help="how good the figures shall be (else exact where that is cheap, and a sample where it is not)",
    )


def _add_diff(command: argparse.ArgumentParser) -> None:
    kinds = "PATH[@VERSION], module:Class, x.schema.json, TARGET::COLLECTION"
    command.add_argument("older", metavar="ITEM", help=kinds)
    command.add_argument("newer", metavar="ITEM", help="what it is compared with, the later of the two")
    command.add_argument("--prove", action="store_true", help="run what the later asks more over all live records")
    command.add_argument("--json", action="store_true", help="print JSON in the documented form")


def _add_validate(command: argparse.ArgumentParser) -> None:
    command.add_argument("item", metavar="ITEM", help="PATH, module:Class, x.schema.json, TARGET::COLLECTION")
    command.add_argument("file", metavar="FILE", help="the records; - for standard input, or TARGET::COLLECTION")
    command.add_argument("--json", action="store_true", help="print JSON in the documented form")


def _add_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("item", metavar="ITEM", help="PATH[@VERSION], module:Class, x.schema.json, TARGET::COLLECTION")
    command.add_argument(
        "--as",
        dest="form",
        required=True,
        choices=("json-schema", "pydantic", "ui-schema", "markdown"),
        help="what to write it as",
    )


def _add_audit(command: argparse.ArgumentParser) -> None:
    command.add_argument("--last", type=_count, default=50, metavar="N", help="so many of the newest records (50)")
    command.add_argument("--json", action="store_true", help="print JSON, one object a line")
    how = command.add_mutually_exclusive_group()
    how.add_argument("--verify", action="store_true", help="prove that no record was altered, dropped or moved")
    how.add_argument("--follow", action="store_true", help="go on with each record as it comes")
    command.add_argument(
        "--head",
        action="append",
        type=_hash,
        default=[],
        metavar="HASH",
        help="verify, and that the record with this hash is still there; may be given several times",
    )


def _count(word: str) -> int:
    if not word.isdecimal():
        raise argparse.ArgumentTypeError(f"{word!r} is no count")
    return int(word)


def _hash(word: str) -> str:
    if len(word) != 64 or set(word) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"{word!r} is no hash of 64 hexadecimal digits, as --verify prints them")
    return word


def _add_config(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "what",
        nargs="?",
        choices=("show", "path", "check"),
        default="show",
        help="show: every value with its place; path: the files; check: what is wrong",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
