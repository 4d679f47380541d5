"""Importing the user's own code: whatever it raises, what comes of it is a state. Slow, so off the loop."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.discovery import Discovery, discover_models, discover_types, is_within, told
from xregistry_tui.core.imported import APP, Imported, ImportStatus, decorating

if TYPE_CHECKING:
    from xregistry_tui.config import Settings
    from xregistry_tui.config.code import Package
    from xregistry_tui.xregistry import XRegistry

SHOWN = 3


def import_package(package: Package, registry: XRegistry, settings: Settings) -> Imported:
    """Import a package of models or types and register what it offers, as the settings say."""
    if package.problem:
        return state(package, ImportStatus.FAILED, package.problem)
    before = _paths(registry)
    try:
        with _own_output(), decorating(settings.registry.auto_register_functions):
            if package.root is not None and str(package.root) not in sys.path:
                sys.path.append(str(package.root))  # last: a file of theirs must not stand in for a library of ours
            module = import_module(package.module)
            _check_place(module, package)
            discovery = _discover(package, module, registry, settings)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code may raise anything: that is its state
        return state(package, ImportStatus.FAILED, told(error))
    found = (_paths(registry) - before) | set(_of_package(registry, package.module))
    status = ImportStatus.PARTIAL if discovery.failed else ImportStatus.READY
    return state(package, status, _reason(discovery), tuple(sorted(found)))


def state(package: Package, status: ImportStatus, reason: str = "", found: tuple[str, ...] = ()) -> Imported:
    """Where a package stands."""
    folder = str(package.folder) if package.folder is not None else ""
    return Imported(name=package.module, status=status, reason=reason, found=found, kind=package.kind, folder=folder)


def _discover(package: Package, module: ModuleType, registry: XRegistry, settings: Settings) -> Discovery:
    if package.kind == "types":
        return discover_types(module, registry.types)
    return discover_models(
        module,
        registry.models,
        strict=settings.registry.import_control.strict_mode,
        register=settings.registry.models.auto_register_on_import,
    )


def _check_place(module: ModuleType, package: Package) -> None:
    """Another package of the same name must not be taken for the one that is meant."""
    if package.place is None:
        return
    wanted = package.place.resolve()
    places = [*getattr(module, "__path__", ()), *filter(None, [getattr(module, "__file__", None)])]
    if not any(Path(place).resolve() == wanted for place in places):
        other = places[0] if places else "elsewhere"
        raise ImportError(f"{package.module} is {other} here, and not {wanted}: rename it, or uninstall the other")


def _reason(discovery: Discovery) -> str:
    """What failed, and which models no `__all__` exports; empty where there is neither."""
    said = [_some([f"{name}: {reason}" for name, reason in discovery.failed.items()])] if discovery.failed else []
    if withheld := len(discovery.withheld):
        are = "model is" if withheld == 1 else "models are"
        said.append(f"{withheld} {are} in no __all__: {_some(discovery.withheld)}")
    return "; ".join(said)


def _some(texts: Sequence[str]) -> str:
    more = f", and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + more


def _paths(registry: XRegistry) -> set[str]:
    """What is registered and was not discovered in a resource."""
    models = {path for path, held in registry.models.models.items() if held.resource is None}
    return {*registry.functions, *registry.types, *models}


def _of_package(registry: XRegistry, package: str) -> Iterator[str]:
    """What a package has registered at any time: it may have been imported before."""
    for path, model in registry.models.models.items():
        if model.resource is None and is_within(model.metadata.module or "", package):
            yield path
    for path, function in registry.functions.functions.items():
        if is_within(getattr(function.func, "__module__", None) or "", package):
            yield path


def import_app(text: str, folder: Path) -> tuple[XRegistry | None, Imported]:
    """The registry behind `package.module:name`, seen from a folder: an XRegistry, or what a function gives."""
    from xregistry_tui.xregistry import XRegistry

    try:
        with _own_output():
            value = _app(text, folder)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code may raise anything: that is its state
        return None, Imported(name=text, kind=APP, status=ImportStatus.FAILED, reason=told(error))
    if not isinstance(value, XRegistry):
        reason = f"is a {type(value).__name__}: name an XRegistry, or a function without arguments that gives one"
        return None, Imported(name=text, kind=APP, status=ImportStatus.FAILED, reason=reason)
    return value, Imported(name=text, kind=APP, status=ImportStatus.READY, found=tuple(sorted(_paths(value))))


def import_named(text: str, folder: Path) -> Any:
    """What `package.module:name` names, seen from a folder; raises `NotImported` with the reason."""
    from xregistry_tui.actions.imports import NotImported

    try:
        with _own_output():
            return _named(text, folder)
    except (Exception, SystemExit) as error:  # a stranger's code may raise anything
        raise NotImported(f"{text}: {told(error)}") from error


def _named(text: str, folder: Path) -> Any:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))  # first, as `python -m` has it: the name was given for what is here
    module, _, name = text.partition(":")
    value: Any = import_module(module)
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _app(text: str, folder: Path) -> Any:
    from xregistry_tui.xregistry import XRegistry

    value = _named(text, folder)
    made = value() if callable(value) and not isinstance(value, XRegistry) else value
    if inspect.iscoroutine(made):
        made.close()
    return made


@contextmanager
def _own_output() -> Iterator[None]:
    """What the user's code prints while it is imported is talk: standard output is for data."""
    with redirect_stdout(sys.stderr):
        yield
