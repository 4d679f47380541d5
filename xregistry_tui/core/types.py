"""Types in the registry: what single values may be, the checks on them, and the ways from one to another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.annotations import base_type, constraints, identity
from xregistry_tui.core.paths import with_prefix, without_prefix
from xregistry_tui.core.reading import bare, builtin_reader
from xregistry_tui.core.registered_type import RegisteredType, TypeCategory, TypeMetadata
from xregistry_tui.core.registry import Registry, View
from xregistry_tui.core.signatures import looks_secret, safe_repr
from xregistry_tui.core.transformers import Pipeline, Transformer, check_chain, title_of
from xregistry_tui.core.type_definitions import reloaded, same
from xregistry_tui.core.type_errors import InvalidValue, checked, unknown
from xregistry_tui.core.usage import Models, usage
from xregistry_tui.core.validation_cache import ValidationCache, key_of
from xregistry_tui.core.validators import (
    RegisteredValidator,
    ValidatorReference,
    Validators,
    own_name,
    validated_class,
)

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["RegisteredType", "RegisteredValidator", "TypeCategory", "TypeMetadata", "TypeRegistry"]


class TypeRegistry(Registry[RegisteredType]):
    """Types by path (`types.constraint.PositiveInt`), and validators by the name of the type they check.

    `enable_validators` runs the registered validators of a type with it; those built into a type always run.
    `validate_on_register` checks examples, `allow_override` lets another definition take a taken name, and
    `cache_validated_values` remembers, for `validation_cache_ttl` seconds, what checks written in Python gave that
    say they are pure; pydantic alone is faster than a look into the cache. `used_by` are the models that count.
    """

    group = "types"
    change_key = "type"

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.enable_validators = True
        self.validate_on_register = True
        self.allow_override = False
        self.cache_validated_values = True
        self.validation_cache_ttl: float = 3600
        self.used_by: Models | None = None
        self._validators = Validators()
        self._cache = ValidationCache(self._clock)

    @property
    def types(self) -> Mapping[str, RegisteredType]:
        """All of them by path; unambiguous bare names answer too."""
        return View(self._items, self.resolve)

    @property
    def validators(self) -> Mapping[str, Sequence[RegisteredValidator]]:
        """Validators by the name of the type that they were registered for."""
        return View(self._validators.held, lambda name: without_prefix(name, self._prefix))

    def register_type(  # noqa: PLR0917 - the order of the specification
        self,
        type_class: Any,
        name: str | None = None,
        category: TypeCategory = TypeCategory.CONSTRAINT,
        namespace: str | None = None,
        description: str | None = None,
        examples: Collection[Any] | None = None,
        tags: Collection[str] | None = None,
        *,
        replace: bool = False,
        pure: bool = False,
        proven: bool = False,
    ) -> RegisteredType:
        """Register a class, an Enum, a model, or an annotation (`Annotated[int, Field(gt=0)]`, which needs `name`).

        `pure` says that its own checks, where they are Python functions, depend on nothing but the value, `proven`
        that the examples were checked elsewhere. Raises `DefinitionConflict` where another type has the path, unless
        `replace`, and ValueError for an example that the type refuses.
        """
        title = name or getattr(type_class, "__name__", None)
        if title is None or (name is None and hasattr(type_class, "__metadata__")):
            raise ValueError(f"{type_class} has no name to register it by: give name=")
        words = description or _docstring(type_class)
        metadata = self._described(type_class, title, category, namespace, words, examples, tags)
        new = self._made(type_class, metadata, pure=pure)
        if not proven:
            self._prove(new)
        return self._enter(new, replace)

    def create_validated_type(
        self,
        base_type: Any,
        validators: Sequence[Callable[[Any], Any] | str],
        name: str,
        namespace: str | None = None,
        *,
        description: str | None = None,
        examples: Collection[Any] | None = None,
        tags: Collection[str] | None = None,
        replace: bool = False,
        pure: bool = False,
    ) -> type[BaseModel]:
        """A registered class `T(value=…)` of a base type whose values pass the validators in order.

        Each validator gives the value, perhaps another; one given by its name is looked for when a value comes. The
        same type again gives the class that is there.
        """
        functions = tuple(
            self.validator(given) if isinstance(given, str) else _own(given, name) for given in validators
        )
        hide = any(map(looks_secret, (name, *(tags or ()))))
        type_class = validated_class(base_type, functions, name, hide=hide)
        metadata = self._described(type_class, name, TypeCategory.VALIDATOR, namespace, description, examples, tags)
        given = tuple(getattr(function, "func", function) for function in functions)
        new = self._made(type_class, dataclasses.replace(metadata, validators=given), pure=pure)
        self._prove(new)
        registered: type[BaseModel] = self._enter(new, replace).type_class
        return registered

    def register_transformer(  # noqa: PLR0917 - the order of the specification
        self,
        from_type: Any,
        to_type: Any,
        transformer_func: Callable[[Any], Any],
        name: str | None = None,
        namespace: str | None = "transformers",
        description: str | None = None,
        examples: Collection[Any] | None = None,
        tags: Collection[str] | None = None,
        *,
        replace: bool = False,
    ) -> RegisteredType:
        """Register a function from one type to another: classes, annotations, or names of registered types.

        Examples are values that it takes. Raises KeyError for a name that nothing has.
        """
        title = name or f"{title_of(from_type)}_to_{title_of(to_type)}"
        reads = self._annotation(from_type)
        self._annotation(to_type)
        words = description or transformer_func.__doc__
        metadata = self._described(reads, title, TypeCategory.TRANSFORMER, namespace, words, examples, tags)
        new = self._made(
            Transformer(title, from_type, to_type, transformer_func),
            dataclasses.replace(metadata, transformer_func=transformer_func),
            secret=self._secret(from_type) or self._secret(to_type),
            reads=reads,
        )
        self._prove(new)
        return self._enter(new, replace)

    def register_standard(self) -> None:
        """Register the standard library of types: see `standard_types`."""
        from xregistry_tui.core import standard_types

        standard_types.register(self)

    def _described(  # noqa: PLR0917 - the order of the specification
        self,
        reads: Any,
        title: str,
        category: TypeCategory,
        namespace: str | None,
        description: str | None,
        examples: Collection[Any] | None,
        tags: Collection[str] | None,
    ) -> TypeMetadata:
        path = self._path(category.value if namespace is None else namespace, title)
        return TypeMetadata(
            name=title,
            category=category,
            base_type=base_type(bare(reads)),
            constraints=constraints(bare(reads)),
            description=description,
            examples=tuple(examples or ()),
            namespace=namespace,
            ns_path=with_prefix(path, self._prefix),
            tags=frozenset(tags or ()),
            registered_at=self._clock(),
        )

    def _made(self, type_class: Any, metadata: TypeMetadata, **more: Any) -> RegisteredType:
        path = without_prefix(metadata.ns_path, self._prefix)
        return RegisteredType(path, type_class, metadata, users=self._users, **more)

    def _prove(self, new: RegisteredType) -> None:
        """Whether a type takes its own examples; raises ValueError that names the first that it refuses."""
        for example in new.metadata.examples if self.validate_on_register else ():
            try:
                self._check(new, example)
            except InvalidValue as refusal:
                shown = "an example" if new.secret else f"the example {safe_repr(example)}"
                raise ValueError(f"{shown} is no {new.title}: {refusal}; correct it or leave it out") from None

    def _enter(self, new: RegisteredType, replace: bool) -> RegisteredType:
        with self._lock:
            there = self._held(new.path)
            anyway = replace or self.allow_override
            if there is not None and not anyway and same(there, new):
                return self._back(there)
            if there is not None and not (anyway or reloaded(there, new)):
                held, other = repr(there.type_class), repr(new.type_class)
                raise self._conflict(there, held, other, "another name= or replace=True")
            self._put(new)
            self._cache.clear()
        self._mark(new.path)
        return new

    def _amend(self, item: RegisteredType, **changes: Any) -> RegisteredType:
        """The item with other `tags` or another `deprecation`."""
        return item.amended(**changes)

    def register_validator(
        self,
        type_name: str,
        validator_func: Callable[[Any], Any],
        name: str | None = None,
        description: str | None = None,
        *,
        pure: bool = False,
    ) -> RegisteredValidator:
        """Register a check for a type. Those of a registered type run whenever it is validated, those of a builtin
        only when asked for by their own name. One of the same name takes the place of the earlier.

        `pure` says that it is a function of the value alone. Raises `AmbiguousName` where several types have the name.
        """
        held_for = without_prefix(type_name, self._prefix)
        new = RegisteredValidator(name or own_name(validator_func), held_for, validator_func, description, pure)
        with self._lock:
            self.types.get(type_name)
            self._validators.add(new)
            self._cache.clear()
        self.changes.mark("tree")
        return new

    def validator(self, name: str) -> ValidatorReference:
        """A registered validator for `Annotated[str, types.validator("…")]`, found by its name at each value."""
        return ValidatorReference(name, self._validator)

    def validate(self, name: str, value: Any) -> Any:
        """The value as a type (or a validator, by its name) reads it: bare for a validated type, the input of a
        transformer.

        Raises `InvalidValue`, a ValueError that says what is wrong, and KeyError for a name that nothing has.
        """
        registered = self.types.get(name)
        if registered is not None:
            return self._remembered(registered, value)
        validator = self._validator(name)
        # a validator's name says less of its values than a type's: what is no value of the base is not quoted
        read = checked(validator.name, lambda given: self._base(validator, given), value, secret=True)
        secret = looks_secret(validator.name) or self._secret(validator.type_name)
        return checked(validator.name, validator, read, secret=secret)

    def _base(self, validator: RegisteredValidator, value: Any) -> Any:
        """The value as the type that a validator was registered for, so that its function gets what it expects."""
        registered = self.types.get(validator.type_name)
        if registered is not None:
            return registered.check(value)
        builtin = builtin_reader(validator.type_name)
        return value if builtin is None else builtin(value)

    def _remembered(self, registered: RegisteredType, value: Any) -> Any:
        key = key_of(value) if self._worth_keeping(registered) else None
        if key is None:
            return self._check(registered, value)
        return self._cache.remembered(
            (registered.path, self.enable_validators, key),
            self.validation_cache_ttl,
            lambda: self._check(registered, value),
        )

    def _worth_keeping(self, registered: RegisteredType) -> bool:
        """Whether a check may be remembered, and takes longer than remembering does."""
        if not self.cache_validated_values or registered.secret or registered.transformer is not None:
            return False
        validators = self._held_for(registered)
        python = registered.runs_python
        return (
            (bool(validators) or python) and all(held.pure for held in validators) and (registered.pure or not python)
        )

    def _check(self, registered: RegisteredType, value: Any) -> Any:
        return checked(registered.title, lambda given: self._read(registered, given), value, secret=registered.secret)

    def _read(self, registered: RegisteredType, value: Any) -> Any:
        transformer = registered.transformer
        named = transformer is not None and isinstance(transformer.from_type, str)
        value = self.validate(transformer.from_type, value) if transformer and named else registered.check(value)
        for validator in self._held_for(registered):
            value = validator(value)
        return value

    def _held_for(self, registered: RegisteredType) -> tuple[RegisteredValidator, ...]:
        if not self.enable_validators:
            return ()
        return self._validators.of(registered.path, registered.path.partition(".")[2], registered.title)

    def _validator(self, name: str) -> RegisteredValidator:
        found = self._validators.named(name)
        if found is None:
            raise unknown(name, [*self._titles(), *self._validators.names()])
        return found

    def _titles(self) -> list[str]:
        return [registered.title for registered in self.types.values()]

    def transform(self, name: str, value: Any) -> Any:
        """What a transformer makes of a value, both checked; raises `InvalidValue`, and KeyError for the name."""
        return self._apply(self._transformer(name), value)

    def pipeline(self, *names: str) -> Pipeline:
        """Transformers one after the other, as a value to call; raises ValueError where one does not fit the next."""
        if not names:
            raise ValueError("a pipeline has at least one transformer: give their names")
        steps = tuple(map(self._transformer, names))
        check_chain(steps, self._annotation)
        return Pipeline(steps, self._apply)

    def find_transformers(self, from_type: Any = None, to_type: Any = None) -> list[RegisteredType]:
        """The transformers from a type, to a type, or both: classes, annotations or names."""
        wanted = (("from_type", from_type), ("to_type", to_type))
        asked = [(end, identity(self._annotation(given))) for end, given in wanted if given is not None]
        return [
            registered
            for registered in self.types.values()
            if registered.transformer is not None
            and all(identity(self._annotation(getattr(registered.transformer, end))) == one for end, one in asked)
        ]

    def _transformer(self, name: str) -> RegisteredType:
        registered = self._named(name)
        if registered.transformer is None:
            raise ValueError(f"{registered} is a {registered.metadata.category.value}, no transformer: use validate")
        return registered

    def _apply(self, step: RegisteredType, value: Any) -> Any:
        taken = self._check(step, value)
        return checked(step.title, lambda given: self._given(step.type_class, given), taken, secret=step.secret)

    def _given(self, transformer: Transformer, value: Any) -> Any:
        made = transformer.transform(value)
        if isinstance(transformer.to_type, str):
            return self.validate(transformer.to_type, made)
        return transformer.gives(made)

    def _named(self, name: str) -> RegisteredType:
        registered: RegisteredType | None = self.types.get(name)
        if registered is None:
            raise unknown(name, self._titles())
        return registered

    def _annotation(self, given: Any) -> Any:
        """The annotation behind a type given as it is or by its name."""
        return self._named(given).reads if isinstance(given, str) else given

    def _secret(self, given: Any) -> bool:
        """Whether values of a type, given as it is or by its name, are a secret."""
        if isinstance(given, str):
            registered: RegisteredType | None = self.types.get(given)
            return looks_secret(given) if registered is None else registered.secret
        return any(held.secret and held.type_class is given for held in self.types.values())

    def usage(self, models: Models) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Where each type is used, as (model path, field): read off the models' annotations now."""
        return usage(models, self.types)

    def _users(self, path: str) -> int:
        """How many models use a type now."""
        if self.used_by is None:
            return 0
        return len({model for model, _ in self.usage(self.used_by).get(path, ())})


def _own(function: Callable[[Any], Any], name: str) -> RegisteredValidator:
    """A validator of a type's own; a registered one stays what it is."""
    if isinstance(function, RegisteredValidator):
        return function
    return RegisteredValidator(getattr(function, "__name__", type(function).__name__), name, function)


def _docstring(type_class: Any) -> str | None:
    return type_class.__doc__ if isinstance(type_class, type) else None
