"""Checks on values: registered by name, referred to by name, or built into a type of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from xregistry_tui.core.reading import BARE
from xregistry_tui.core.registry import AmbiguousName

if TYPE_CHECKING:
    from pydantic import BaseModel, GetCoreSchemaHandler
    from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True)
class RegisteredValidator:
    """A check on values of a type: gives the value (perhaps another) or raises ValueError.

    `pure` says that it is a function of the value alone, so that what it gave may be remembered.
    """

    name: str
    type_name: str
    func: Callable[[Any], Any]
    description: str | None = None
    pure: bool = False

    @property
    def _name(self) -> str:
        """The name, as the specification's sketch calls it."""
        return self.name

    @property
    def _description(self) -> str | None:
        """The description, as the specification's sketch calls it."""
        return self.description

    def __call__(self, value: Any) -> Any:
        return self.func(value)


@dataclass(frozen=True, slots=True)
class ValidatorReference:
    """A validator inside `Annotated[…]`, by name: it is looked for whenever a value comes, so a replaced one counts."""

    name: str
    find: Callable[[str], RegisteredValidator]

    def __call__(self, value: Any) -> Any:
        """The value as the validator gives it; raises KeyError where no validator has the name."""
        return self.find(self.name)(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self, handler(source))


class Validators:
    """Registered validators by the name of the type that they are for; whoever adds one holds the registry's lock."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held: dict[str, tuple[RegisteredValidator, ...]] = {}

    def add(self, new: RegisteredValidator) -> None:
        """Put one behind the others of its type, or in the place of that of the same name."""
        others = {held.name: held for held in self.held.get(new.type_name, ())}
        self.held[new.type_name] = tuple((others | {new.name: new}).values())

    def of(self, *type_names: str) -> tuple[RegisteredValidator, ...]:
        """Those of a type that has these names, each once."""
        return tuple(found for name in dict.fromkeys(type_names) for found in self.held.get(name, ()))

    def named(self, name: str) -> RegisteredValidator | None:
        """One by its own name, or by `type.name`; raises `AmbiguousName` where several types have one of that name."""
        full = self._by_full_name()
        if name in full:
            return full[name]
        found = {path: validator for path, validator in full.items() if validator.name == name}
        if len(found) > 1:
            raise AmbiguousName(name, tuple(found))
        return next(iter(found.values()), None)

    def names(self) -> tuple[str, ...]:
        """The own names of all."""
        return tuple(dict.fromkeys(validator.name for validator in self._by_full_name().values()))

    def _by_full_name(self) -> dict[str, RegisteredValidator]:
        groups = tuple(self.held.values())
        return {f"{found.type_name}.{found.name}": found for group in groups for found in group}


def own_name(func: Callable[..., Any]) -> str:
    """What a function is called; raises ValueError for one without a name."""
    name = str(getattr(func, "__name__", type(func).__name__))
    if not name.isidentifier():
        raise ValueError(f"{name} has no name to register it by: give name=")
    return name


def validated_class(
    base_type: Any, validators: Sequence[Callable[[Any], Any]], name: str, *, hide: bool
) -> type[BaseModel]:
    """A class `T(value=…)` whose value is of a base type and passes the validators in order; its errors may hide it."""
    from pydantic import AfterValidator, ConfigDict, create_model

    value: Any = Annotated[(base_type, *map(AfterValidator, validators))] if validators else base_type
    config = ConfigDict(hide_input_in_errors=hide, frozen=True)
    made = create_model(name, __config__=config, __module__=__name__, value=(value, ...))
    made.__doc__ = None
    setattr(made, BARE, value)
    return made
