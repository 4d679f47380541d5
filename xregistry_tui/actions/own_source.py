"""A class cut out of the module it was written in, with all of it that the class needs: importable by itself."""

from __future__ import annotations

import ast
import contextlib
import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import resolve_name


def own_source(written: type) -> str | None:
    """The source of a class with the imports and definitions it stands on; `None` where its source is not to be had."""
    module = sys.modules.get(written.__module__)
    if module is None or "." in written.__qualname__:
        return None
    try:
        text = inspect.getsource(module)
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError):
        return None
    if written.__name__ not in {name for statement in tree.body for name in _defined(statement)}:
        return None
    kept = _needed(tree.body, written.__name__)
    wanted = {name for statement in kept for name in _named(statement)}
    package = module.__package__ or ""
    imports = [one for one in kept if isinstance(one, ast.Import | ast.ImportFrom)]
    head = "\n\n".join(_grouped(line for one in imports for line in _import(one, wanted, package)))
    # the parser's lines end at line feeds only
    lines = text.split("\n")
    bodies = [_segment(lines, one) for one in kept if one not in imports]
    return "\n\n\n".join(part for part in (head, *bodies) if part) + "\n"


def _needed(statements: Iterable[ast.stmt], name: str) -> list[ast.stmt]:
    """The statements that a name stands on, in their order."""
    everything = list(statements)
    by_name: dict[str, list[ast.stmt]] = {}
    for statement in everything:
        for defined in _defined(statement):
            by_name.setdefault(defined, []).append(statement)
    kept = {id(one) for one in everything if isinstance(one, ast.ImportFrom) and one.module == "__future__"}
    waiting = [name]
    while waiting:
        for statement in by_name.pop(waiting.pop(), ()):
            if id(statement) not in kept:
                kept.add(id(statement))
                waiting += _named(statement)
    return [one for one in everything if id(one) in kept]


def _defined(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement of a module gives a meaning to."""
    if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in statement.names)
    else:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif node is not statement and isinstance(node, ast.stmt):
                yield from _defined(node)


def _named(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement refers to, those in annotations written as text among them."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            with contextlib.suppress(SyntaxError, ValueError):
                inner = ast.parse(node.value, mode="eval")
                yield from (one.id for one in ast.walk(inner) if isinstance(one, ast.Name))


def _import(statement: ast.Import | ast.ImportFrom, wanted: set[str], package: str) -> Iterator[str]:
    """An import, a line for each module, of what is wanted; relative ones are said in full."""
    said = [
        (alias.name, f"{alias.name} as {alias.asname}" if alias.asname else alias.name)
        for alias in sorted(statement.names, key=lambda alias: alias.name)
        if (alias.asname or alias.name).partition(".")[0] in wanted or alias.name == "*"
    ]
    if isinstance(statement, ast.Import):
        yield from (f"import {text}" for _, text in said)
        return
    module = statement.module or ""
    if statement.level:
        module = resolve_name("." * statement.level + module, package)
    if module == "__future__":
        said = [(alias.name, alias.name) for alias in statement.names]
    if said:
        yield f"from {module} import {', '.join(text for _, text in said)}"


def _grouped(lines: Iterable[str]) -> Iterator[str]:
    """Imports as a formatter puts them: the future, the standard library, all else."""
    groups: dict[int, list[str]] = {}
    for line in dict.fromkeys(lines):
        top = line.split()[1].partition(".")[0]
        place = 0 if top == "__future__" else 1 if top in sys.stdlib_module_names else 2
        groups.setdefault(place, []).append(line)
    for _, group in sorted(groups.items()):
        yield "\n".join(sorted(group, key=lambda line: (line.startswith("from"), line.split()[1].casefold())))


def _segment(lines: Sequence[str], statement: ast.stmt) -> str:
    """A statement as it is written, its decorators with it."""
    decorators = getattr(statement, "decorator_list", ())
    first = min([statement.lineno, *(one.lineno for one in decorators)])
    return "\n".join(lines[first - 1 : statement.end_lineno])
