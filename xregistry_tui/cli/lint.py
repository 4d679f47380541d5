"""`xreg-tui lint PATH…`: imports that bypass the `__all__` of a package."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.lint import lint, lint_document
from xregistry_tui.actions.visible import visible
from xregistry_tui.cli.commands import put, say
from xregistry_tui.cli.words import FAILED, FINE, UNREACHABLE
from xregistry_tui.config import load
from xregistry_tui.config.code import named

if TYPE_CHECKING:
    from xregistry_tui.actions.lint import Linted
    from xregistry_tui.config.code import Package


def lint_paths(
    settings: Path | None,
    flags: Mapping[str, Any],
    paths: Sequence[str],
    packages: Sequence[str],
    *,
    as_json: bool,
) -> int:
    """Check files and folders; the findings are data, what could not be read is talk."""
    given = [Path(path) for path in paths]
    linted = lint(given, packages=packages, places={} if packages else _places(settings, flags, given))
    if as_json:
        put(json.dumps(lint_document(linted), ensure_ascii=False, indent=2))
    elif linted.findings:
        put("\n".join(visible(str(finding)) for finding in linted.findings))
        say(_summary(linted))
    for unread in linted.unread:
        say(unread)
    return UNREACHABLE if linted.unread else FAILED if linted.findings else FINE


def _summary(linted: Linted) -> str:
    unparsed = sum(not finding.instead for finding in linted.findings)
    bypassing = len(linted.findings) - unparsed
    said = [f"{bypassing} {'import bypasses' if bypassing == 1 else 'imports bypass'} {', '.join(linted.packages)}"]
    files = [f"{unparsed} {'file is' if unparsed == 1 else 'files are'} no Python"]
    return ", ".join([*(said if bypassing else []), *(files if unparsed else [])])


def _places(settings: Path | None, flags: Mapping[str, Any], paths: Sequence[Path]) -> dict[str, Path | None]:
    """The packages that the settings name, as far as they have to do with what is looked at."""
    real = [Path(os.path.realpath(path)) for path in paths]
    found = [package for package in named(load(settings, flags)) if _concerns(package, real)]
    for package in found:
        if package.problem:
            say(package.problem)
    return {package.module: package.place for package in found if not package.problem}


def _concerns(package: Package, paths: Sequence[Path]) -> bool:
    start = package.root or package.folder
    if start is None:
        return True
    start = Path(os.path.realpath(start))
    return any(path.is_relative_to(start) or start.is_relative_to(path) for path in paths)
