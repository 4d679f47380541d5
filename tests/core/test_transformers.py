"""From a value of one type to a value of another."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from xregistry_tui.core import InvalidValue, TypeCategory, TypeRegistry
from xregistry_tui.core.transformers import fits

Positive = Annotated[int, Field(gt=0)]


def fahrenheit(celsius: float) -> float:
    """Convert Celsius to Fahrenheit"""
    return celsius * 9 / 5 + 32


@pytest.fixture
def types() -> TypeRegistry:
    types = TypeRegistry()
    types.register_type(Positive, "PositiveInt")
    types.register_transformer(float, float, fahrenheit, "CelsiusToFahrenheit")
    types.register_transformer(float, str, "{:.1f}".format, "Shown")
    types.register_transformer("PositiveInt", str, str, "Digits")
    return types


def test_a_transformer_is_a_type(types: TypeRegistry) -> None:
    registered = types.types["transformers.CelsiusToFahrenheit"]
    assert registered.metadata.category is TypeCategory.TRANSFORMER
    assert registered.metadata.base_type == "float"
    assert registered.metadata.description == "Convert Celsius to Fahrenheit"
    assert registered.type_class.transform(100) == registered.metadata.transformer_func(100) == 212  # type: ignore[misc]
    assert types.register_transformer(float, int, round).title == "float_to_int"


def test_validating_by_a_transformer_checks_what_it_takes(types: TypeRegistry) -> None:
    assert types.validate("CelsiusToFahrenheit", "100") == 100.0
    with pytest.raises(ValueError, match=r"^Digits: should be greater than 0, is 0"):
        types.validate("Digits", 0)


def test_what_goes_in_and_what_comes_out_is_checked(types: TypeRegistry) -> None:
    assert types.transform("CelsiusToFahrenheit", 100) == 212
    assert types.transform("Digits", 42) == "42"
    with pytest.raises(ValueError, match="CelsiusToFahrenheit: should be a valid number"):
        types.transform("CelsiusToFahrenheit", "warm")
    types.register_transformer(int, "PositiveInt", lambda value: value - 1, "Before")
    assert types.transform("Before", 2) == 1
    with pytest.raises(ValueError, match="Before: should be greater than 0, is 0"):
        types.transform("Before", 1)


def test_validators_of_a_named_type_run_in_a_transformer(types: TypeRegistry) -> None:
    def odd(value: int) -> int:
        if not value % 2:
            raise ValueError("must be odd")
        return value

    types.register_validator("PositiveInt", odd)
    with pytest.raises(ValueError, match="Digits: must be odd"):
        types.transform("Digits", 4)


def test_only_transformers_transform(types: TypeRegistry) -> None:
    with pytest.raises(ValueError, match="PositiveInt is a constraint, no transformer: use validate"):
        types.transform("PositiveInt", 5)
    with pytest.raises(KeyError, match=r"is it CelsiusToFahrenheit\?"):
        types.transform("CelciusToFahrenheit", 5)
    with pytest.raises(KeyError, match="nothing is registered as 'Nope'"):
        types.register_transformer("Nope", str, str, "Wrong")


def test_what_is_made_of_a_secret_is_one(types: TypeRegistry) -> None:
    def refused(value: str) -> str:
        raise ValueError(f"cannot hash {value}")

    made = types.create_validated_type(str, [str.strip], "StrongPassword")
    for from_type, value in (("StrongPassword", "hunter2-hunter2"), (made, {"value": "hunter2-hunter2"})):
        types.register_transformer(from_type, str, refused, "Hashed", replace=True)
        with pytest.raises(InvalidValue, match="cannot hash …") as told:
            types.transform("Hashed", value)
        assert told.value.__cause__ is None


def test_a_pipeline_is_a_value_to_call(types: TypeRegistry) -> None:
    pipeline = types.pipeline("CelsiusToFahrenheit", "Shown")
    assert [step.title for step in pipeline.steps] == ["CelsiusToFahrenheit", "Shown"]
    assert str(pipeline) == "CelsiusToFahrenheit → Shown"
    assert pipeline(100) == "212.0"
    assert pipeline == types.pipeline("CelsiusToFahrenheit", "Shown")


def test_a_pipeline_that_does_not_fit_says_where(types: TypeRegistry) -> None:
    with pytest.raises(ValueError, match=r"step 2 \(Shown\) gives str, step 3 \(Digits\) takes PositiveInt"):
        types.pipeline("CelsiusToFahrenheit", "Shown", "Digits")
    with pytest.raises(ValueError, match="at least one transformer"):
        types.pipeline()


def test_transformers_are_found_by_their_ends(types: TypeRegistry) -> None:
    def titles(**ends: Any) -> list[str]:
        return [found.title for found in types.find_transformers(**ends)]

    assert titles() == ["CelsiusToFahrenheit", "Shown", "Digits"]
    assert titles(from_type=float) == ["CelsiusToFahrenheit", "Shown"]
    assert titles(from_type=float, to_type=str) == ["Shown"]
    assert titles(from_type="PositiveInt") == titles(from_type=Annotated[int, Field(gt=0)]) == ["Digits"]


@pytest.mark.parametrize(
    ("given", "wanted", "fit"),
    [
        (int, float, True),
        (float, int, False),
        (float, Decimal, True),
        (bool, int, True),
        (Positive, int, True),
        (int, Positive, True),
        (str, str | None, True),
        (str | None, str, False),
        (list[int], list[float], True),
        (list[int], list[str], False),
        (tuple[int, ...], tuple[float, ...], True),
        (list[int], tuple[int, ...], False),
        (Literal["a"], str, True),
        (Literal["a"], Literal["a", "b"], True),
        (Literal["a", "c"], Literal["a", "b"], False),
        (str, Literal["a", "b"], True),
        (int, Literal["a", "b"], False),
        (int, Any, True),
        (int, object, True),
    ],
)
def test_what_fits_what(given: Any, wanted: Any, fit: bool) -> None:
    assert fits(given, wanted) is fit


@given(st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=8), st.integers())
def test_a_pipeline_is_the_composition_of_its_steps(names: list[str], value: int) -> None:
    types = TypeRegistry()
    types.register_transformer(int, int, lambda given: given + 1, "A")
    types.register_transformer(int, int, lambda given: given * 3, "B")
    types.register_transformer(int, int, lambda given: -given, "C")
    expected = value
    for name in names:
        expected = types.transform(name, expected)
    assert types.pipeline(*names)(value) == expected
