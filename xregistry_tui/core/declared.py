"""What a source text declares, read and not run: its `__all__`, whether it adopts the kit, the bases of its classes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from xregistry_tui.core.discipline import KIT, KIT_NAMES

MODELS = frozenset({"BaseModel", "RootModel", "GenericModel", "BaseSettings", "SQLModel", "XObjPrototype"})
"""The last names of the bases that make a class a model."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One module as written. `exports` is `None` where there is no `__all__`."""

    exports: frozenset[str] | None = None
    adopts_kit: bool = False
    bases: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def offered(self) -> frozenset[str] | None:
        """What may be imported: the exports, and of the kit what asks for models."""
        return self.exports | KIT_NAMES if self.exports is not None and self.adopts_kit else self.exports


def declared(source: bytes) -> Declared:
    """Read a module's text; one that is no Python declares nothing."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Declared()
    names = [name for node in tree.body for name in _exported(node)]
    has_all = any(_speaks_of_all(node) for node in tree.body)
    return Declared(
        exports=frozenset(names) if has_all else None,
        adopts_kit=any(_adopts(node) for node in tree.body),
        bases={node.name: frozenset(_last_names(node.bases)) for node in tree.body if isinstance(node, ast.ClassDef)},
    )


def _speaks_of_all(node: ast.stmt) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in _targets(node))


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign) else []


def _exported(node: ast.stmt) -> Iterator[str]:
    """The names that a statement puts into `__all__`: by assignment, `+=`, `append` or `extend`."""
    if _speaks_of_all(node):
        value = getattr(node, "value", None)
        yield from _strings(value)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value.func
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "__all__":
            yield from (name for argument in node.value.args for name in _strings(argument))


def _strings(node: ast.expr | None) -> Iterator[str]:
    """Every text written in an expression: in lists, in tuples, in sums of them."""
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _adopts(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == KIT or (node.module == KIT.partition(".")[0] and _names(node) >= {"imports"})
    return isinstance(node, ast.Import) and KIT in _names(node)


def _names(node: ast.Import | ast.ImportFrom) -> set[str]:
    return {alias.name for alias in node.names}


def _last_names(bases: Iterable[ast.expr]) -> Iterator[str]:
    """`BaseModel` of `pydantic.BaseModel` and of `BaseModel[int]`."""
    for base in bases:
        named = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(named, ast.Attribute):
            yield named.attr
        elif isinstance(named, ast.Name):
            yield named.id


def model_names(modules: Iterable[Declared]) -> frozenset[str]:
    """The names of the classes that are models, through bases in any of the modules; classes are known by name."""
    bases: dict[str, set[str]] = {}
    for module in modules:
        for name, above in module.bases.items():
            bases.setdefault(name, set()).update(above)
    below: dict[str, list[str]] = {}
    for name, its in bases.items():
        for base in its:
            below.setdefault(base, []).append(name)
    found: set[str] = set()
    waiting = list(MODELS)
    while waiting:
        for name in below.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return frozenset(found)
