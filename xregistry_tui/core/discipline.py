"""Import discipline: which imports of a source text bypass the `__all__` of a package of models. Nothing is imported.

Folders are tuples of names from the root down, so that relative imports are followed where files really lie.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

Place: TypeAlias = tuple[str, ...]

KIT = "xregistry_tui.imports"
KIT_NAMES = frozenset(
    {"get_model", "list_models", "register_dynamic_model", "auto_discover_models", "check_model_access"}
)
ALLOW = b"# xreg: allow"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One import that bypasses, or one file that is no Python. Lines and columns count from 1."""

    path: str
    line: int
    column: int
    message: str
    instead: str = ""

    def __str__(self) -> str:
        instead = f" ({self.instead})" if self.instead else ""
        return f"{self.path}:{self.line}:{self.column}: {self.message}{instead}"


@dataclass(frozen=True, slots=True)
class Controlled:
    """A package whose `__init__` says what may be imported from it; `exports` is `None` where it does not say."""

    name: str
    place: Place = ()
    exports: frozenset[str] | None = None

    def allows(self, name: str) -> bool:
        """Whether a name may be imported from the package."""
        return self.exports is None or name in self.exports or name == "*" or name.startswith("__")


@dataclass(frozen=True, slots=True)
class Controls:
    """The packages of one look, by every name and by the place that an import may reach them under."""

    names: Mapping[str, Controlled] = field(default_factory=dict)
    places: Mapping[Place, Controlled] = field(default_factory=dict)

    def named(self, module: str) -> tuple[Controlled, str] | None:
        """The package that a module's full name leads into, called as it is there, and what of the name lies below."""
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[:length])
            if package := self.names.get(name):
                return replace(package, name=name), ".".join(parts[length:])
        return None

    def at(self, place: Place) -> tuple[Controlled, str] | None:
        """The package that a place lies in, and what lies below it."""
        for length in range(1, len(place) + 1):
            if package := self.places.get(place[:length]):
                return package, ".".join(place[length:])
        return None


def controls(packages: Iterable[tuple[Controlled, Iterable[str]]]) -> Controls:
    """The packages with all names that each may have; a further name that two have is none of either."""
    names: dict[str, Controlled] = {}
    twice: set[str] = set()
    places: dict[Place, Controlled] = {}
    for package, others in packages:
        if package.place:
            places[package.place] = package
        for name in others:
            if names.setdefault(name, package) != package:
                twice.add(name)
    return Controls({name: package for name, package in names.items() if name not in twice}, places)


def check(source: bytes, path: str, folder: Place, packages: Controls) -> Iterator[Finding]:
    """What one file does past the packages' doors; `folder` is where it lies. A package may do as it likes inside."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        yield Finding(path, error.lineno or 1, error.offset or 1, f"is no Python: {error.msg}")
        return
    except (ValueError, RecursionError, MemoryError) as error:
        yield Finding(path, 1, 1, f"is no Python that can be read: {str(error) or type(error).__name__}")
        return
    own = packages.at(folder)
    lines = source.splitlines() if ALLOW in source else []
    for node in ast.walk(tree):
        for finding, package in _of(node, path, folder, packages):
            if (own is None or own[0].place != package.place) and not _allowed(lines, (node, finding.line)):
                yield finding


def _allowed(lines: list[bytes], where: tuple[ast.AST, int]) -> bool:
    node, line = where
    numbers = {line, getattr(node, "lineno", line)}
    return any(number <= len(lines) and ALLOW in lines[number - 1] for number in numbers)


def _of(node: ast.AST, path: str, folder: Place, packages: Controls) -> Iterator[tuple[Finding, Controlled]]:
    if isinstance(node, ast.Import):
        yield from _import(node, path, packages)
    elif isinstance(node, ast.ImportFrom):
        yield from _import_from(node, path, folder, packages)
    elif isinstance(node, ast.Call):
        yield from _call(node, path, packages)


def _import(node: ast.Import, path: str, packages: Controls) -> Iterator[tuple[Finding, Controlled]]:
    for alias in node.names:
        if (found := packages.named(alias.name)) and found[1]:
            package = found[0]
            message = f"{alias.name} is imported past {package.name}"
            yield _finding(path, alias, message, f"write: from {package.name} import …"), package


def _import_from(
    node: ast.ImportFrom, path: str, folder: Place, packages: Controls
) -> Iterator[tuple[Finding, Controlled]]:
    found = _target(node, folder, packages)
    if found is None:
        return
    package, below = found
    for alias in node.names:
        if below or not package.allows(alias.name):
            yield _from(path, alias, package, below), package


def _target(node: ast.ImportFrom, folder: Place, packages: Controls) -> tuple[Controlled, str] | None:
    """The package that a `from … import` leads into, and what of it lies below."""
    if not node.level:
        return packages.named(node.module or "")
    above = folder[: len(folder) - node.level + 1]
    return packages.at((*above, *(node.module.split(".") if node.module else ())))


def _from(path: str, alias: ast.alias, package: Controlled, below: str) -> Finding:
    if not below:
        return _finding(
            path, alias, f"{package.name} does not export {alias.name}", f"add it to __all__ of {package.name}"
        )
    message = f"{alias.name} is imported from {package.name}.{below} past {package.name}"
    if alias.name == "*" or package.exports is None:
        return _finding(path, alias, message, f"write: from {package.name} import …")
    if alias.name in package.exports:
        return _finding(path, alias, message, f"write: from {package.name} import {alias.name}")
    return _finding(path, alias, message, f"{package.name} does not export {alias.name}: add it to its __all__ first")


def _finding(path: str, node: ast.alias | ast.Call, message: str, instead: str) -> Finding:
    return Finding(path, node.lineno, node.col_offset + 1, message, instead)


def _call(node: ast.Call, path: str, packages: Controls) -> Iterator[tuple[Finding, Controlled]]:
    """`importlib.import_module` and `__import__` of a name that is written out."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in ("import_module", "__import__"):
        return
    found = packages.named(_written(node))
    if found and found[1]:
        package = found[0]
        message = f"{package.name}.{found[1]} is imported past {package.name}"
        yield _finding(path, node, message, f"write: from {package.name} import …, or get_model(name)"), package


def _written(call: ast.Call) -> str:
    """The module that a call names; of `import_module(".user", "src.models")` the two together."""
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    given = [*call.args, *(named[name] for name in ("name", "package") if name in named)]
    name, anchor = (*(_text(argument) for argument in given), "", "")[:2]
    if not name.startswith("."):
        return name
    level = len(name) - len(name.lstrip("."))
    above = anchor.split(".")[: len(anchor.split(".")) - level + 1]
    return ".".join([*above, name.lstrip(".")]) if anchor else ""


def _text(argument: ast.expr) -> str:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""
