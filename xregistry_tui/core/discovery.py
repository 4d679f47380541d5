"""Finding what a package of the user's own code offers: models, types, and what of it could not be imported."""

from __future__ import annotations

import pkgutil
import traceback
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.core.models import ModelRegistry
    from xregistry_tui.core.types import TypeRegistry

    Models: TypeAlias = dict[str, type[BaseModel]]

REGISTERS_TYPES = "register_all_types"
_PYTHON = traceback.__file__.rpartition("traceback")[0]
_HERE = __file__.rpartition("core")[0]
_LIBRARIES = frozenset({"pydantic", "pydantic_settings", "xregistry_tui"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What was found: paths newly registered, reasons by module or name of what failed, models that nothing exports."""

    registered: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    withheld: tuple[str, ...] = ()


@dataclass(slots=True)
class _Search:
    """One discovery while it runs."""

    package: str
    models: ModelRegistry
    strict: bool
    register: bool
    held: set[type] = field(default_factory=set)
    registered: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    withheld: dict[str, None] = field(default_factory=dict)


def discover_models(
    package: ModuleType, models: ModelRegistry, *, strict: bool = True, register: bool = True
) -> Discovery:
    """Import a package's public modules and register the models they offer, at the path of their module within it.

    A module offers what its `__all__` exports, else its public models. `strict` lets the `__all__` of a package speak
    for all that lies in it; without `register` the modules are imported and nothing more.
    """
    from xregistry_tui.core.registered_model import ModelSource

    search = _Search(package.__name__, models, strict, register)
    every = (*models.models.values(), *models.unregistered().values())  # what a person unregistered stays so
    search.held |= {held.model_class for held in every if held.metadata.source is ModelSource.STATIC}
    _visit(search, package, None)
    return Discovery(
        registered=tuple(sorted(search.registered)),
        failed=MappingProxyType(search.failed),
        withheld=tuple(sorted(search.withheld)) if register else (),
    )


def _visit(search: _Search, module: ModuleType, gate: frozenset[type] | None) -> None:
    offered = _offered(search, module)
    for name, model in offered.items():
        if gate is None or model in gate:
            _register(search, module, name, model)
        else:
            search.withheld[f"{model.__module__}.{model.__qualname__}"] = None
    if gate is None and search.strict and "__all__" in vars(module):
        gate = frozenset(offered.values())
    for inner in _modules_in(search, module):
        _visit(search, inner, gate)


def _offered(search: _Search, module: ModuleType) -> Models:
    try:
        names, missing = exports(module)
    except Exception as error:  # noqa: BLE001 - a module's own __getattr__, or an __all__ that is none, may raise
        search.failed[module.__name__] = told(error)
        return {}
    for name in missing:
        search.failed[f"{module.__name__}.{name}"] = "__all__ names it, and it is not there"
    return names


def _modules_in(search: _Search, package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(vars(package).get("__path__", ())):
        name = f"{package.__name__}.{found.name}"
        if found.name.startswith("_"):
            continue
        try:
            module = import_module(name)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a module raises, the others are looked at
            search.failed[name] = told(error)
        else:
            yield module


def _register(search: _Search, module: ModuleType, name: str, model: type[BaseModel]) -> None:
    if not search.register or model in search.held:
        return
    search.held.add(model)
    home = model.__module__ if is_within(model.__module__, search.package) else module.__name__
    try:
        found = search.models.register_static_model(model, name=name, namespace=_namespace(home, search.package))
    except Exception as error:  # noqa: BLE001 - what cannot be registered is told, and the others are
        search.failed[f"{home}.{name}"] = told(error)
    else:
        search.registered.append(found.path)


def _namespace(module: str, package: str) -> str:
    """The module's path within the package; private modules are left out, as they are where it is imported from.

    >>> _namespace("src.models.shop.order", "src.models"), _namespace("src.models._base", "src.models")
    ('shop.order', '')
    """
    return ".".join(part for part in module[len(package) :].split(".") if part and not part.startswith("_"))


def is_within(module: str, package: str) -> bool:
    """Whether a module is a package or belongs to it; a name that only begins alike does not.

    >>> is_within("src.models.user", "src.models"), is_within("src.models_old", "src.models")
    (True, False)
    """
    return module == package or module.startswith(f"{package}.")


def exports(module: ModuleType) -> tuple[Models, tuple[str, ...]]:
    """The models that a module offers by name, and the names of its `__all__` that are not there."""
    names = vars(module).get("__all__")
    if names is None:
        own = {name: value for name, value in vars(module).items() if not name.startswith("_") and is_model(value)}
        return {name: value for name, value in own.items() if value.__module__ == module.__name__}, ()
    there = {name: getattr(module, name) for name in names if hasattr(module, name)}
    return {n: v for n, v in there.items() if is_model(v)}, tuple(name for name in names if name not in there)


def is_model(value: Any) -> bool:
    """Whether something is a model of the user's: not one of the libraries' own bases."""
    if not isinstance(value, type) or value.__module__.partition(".")[0] in _LIBRARIES:
        return False
    from pydantic import BaseModel

    return issubclass(value, BaseModel)


def discover_types(package: ModuleType, registry: TypeRegistry) -> Discovery:
    """Let a package's `register_all_types(types)` register its types, else register those that `__all__` exports."""
    before = set(registry)
    failed: dict[str, str] = {}
    registers = vars(package).get(REGISTERS_TYPES)
    try:
        if callable(registers):
            registers(registry)
        else:
            _register_exported(package, registry, failed)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - what the user's function or their __all__ raises is told
        place = f"{package.__name__}.{REGISTERS_TYPES}" if callable(registers) else package.__name__
        failed[place] = told(error)
    return Discovery(registered=tuple(sorted(set(registry) - before)), failed=MappingProxyType(failed))


def _register_exported(package: ModuleType, registry: TypeRegistry, failed: dict[str, str]) -> None:
    from xregistry_tui.core.types import TypeCategory

    every = (*registry.types.values(), *registry.unregistered().values())
    held = [registered.type_class for registered in every]
    for name in vars(package).get("__all__", ()):
        value = getattr(package, name, None)
        if value is None:
            failed[f"{package.__name__}.{name}"] = "__all__ names it, and it is not there"
        elif is_type(value) and not any(value is other for other in held):
            category = TypeCategory.COMPOSITE if is_model(value) else TypeCategory.CONSTRAINT
            try:
                registry.register_type(value, name=name, category=category)
            except Exception as error:  # noqa: BLE001 - what cannot be registered is told, and the others are
                failed[f"{package.__name__}.{name}"] = told(error)


def is_type(value: Any) -> bool:
    """Whether something says what a value may be: a class, or an annotation such as `Annotated[int, Field(gt=0)]`."""
    return isinstance(value, type | types.UnionType) or typing.get_origin(value) is not None


def told(error: BaseException) -> str:
    """What went wrong in somebody's code, with the place in it."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{type(error).__name__}: {error.msg} ({error.filename}:{error.lineno})"
    text = " ".join(str(error).split())
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_library(frame.filename)]
    return f"{said} ({frames[-1].filename}:{frames[-1].lineno})" if frames else said


def _is_library(filename: str) -> bool:
    """Whether a file is of Python, of an installed library or of this package, where nobody has to look."""
    return filename.startswith(("<", _PYTHON, _HERE)) or "site-packages" in filename
