"""A value tried against a type of any category, and who uses a type, as a person sees it."""

from __future__ import annotations

import enum
import json
import sys
import threading
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from xregistry_tui.actions import beside
from xregistry_tui.actions.base import ActionError
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.actions.views import Tried, Use
from xregistry_tui.core.types import TypeCategory, TypeRegistry

Count = Annotated[int, Field(gt=0)]
Code = Annotated[str, Field(min_length=3)]


class Colour(enum.Enum):
    RED = "red"


class Invoice(BaseModel):
    lines: list[Count]
    code: Code


@pytest.fixture
def types(session: LocalSession) -> TypeRegistry:
    """The session's, with the standard library and a few of its own."""
    made = session._workspace.registry.types
    made.register_standard()
    made.register_type(Count, name="Count")
    made.register_type(Code, name="Code")
    made.register_type(Colour)
    return made


async def tried(session: LocalSession, name: str, text: str) -> Tried:
    found: Tried = (await session.perform("try_type", type=name, text=text)).value
    return found


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("Count", "5", 5),
        ("Code", "123", "123"),
        ("Code", '"123"', "123"),
        ("Colour", "red", "red"),
        ("PositiveInt", "7", 7),
        ("Email", "user@example.com", "user@example.com"),
        ("CreditCard", "4111 1111 1111 1111", "4111111111111111"),
        ("CelsiusToFahrenheit", "100", 212.0),
        ("SnakeToCamel", "snake_case_name", "snakeCaseName"),
    ],
)
async def test_every_category_is_tried_with_text_as_typed(session, types, name, text, value) -> None:
    found = await tried(session, name, text)
    assert found.problems == ()
    shown = json.loads(found.value)
    assert shown == value or str(shown).endswith("RED")


async def test_a_composite_is_an_object_and_its_problems_have_their_place(session, types) -> None:
    good = '{"street": "123 Main St", "city": "Boston", "state": "MA", "zip_code": "02101"}'
    assert json.loads((await tried(session, "Address", good)).value)["country"] == "USA"
    bad = await tried(session, "Address", '{"street": "123 Main St", "zip_code": "021"}')
    assert not bad.valid
    assert {problem.partition(":")[0] for problem in bad.problems} == {"city", "state", "zip_code"}
    assert "field required" in bad.problems[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Count", "0"),
        ("Count", "x"),
        ("Code", "ab"),
        ("Colour", "blue"),
        ("Email", "nobody"),
        ("CreditCard", "4111 1111 1111 1112"),
        ("StrongPassword", "weak"),
        ("Money", "[" * 9_000),
        ("CelsiusToFahrenheit", "warm"),
    ],
)
async def test_what_a_type_refuses_is_said_in_words(session, types, name, text) -> None:
    found = await tried(session, name, text)
    assert not found.valid
    assert found.value == ""
    assert all(problem and not problem.startswith(("/", ":")) for problem in found.problems)


async def test_a_secret_is_not_quoted_when_it_is_refused(session, types) -> None:
    assert "hunter2hunter2" not in str(await tried(session, "StrongPassword", "hunter2hunter2"))


async def test_a_validator_that_breaks_is_a_problem(session, types: TypeRegistry) -> None:
    types.register_type(Annotated[int, Field(lt=9)], name="Odd", category=TypeCategory.CONSTRAINT)
    types.register_validator("Odd", lambda value: value.nowhere, name="broken")
    assert (await tried(session, "Odd", "3")).problems == ("AttributeError: 'int' object has no attribute 'nowhere'",)


async def test_a_validator_that_wants_to_end_the_program_is_a_problem(session, types: TypeRegistry) -> None:
    types.register_type(Annotated[int, Field(lt=9)], name="Last")
    types.register_validator("Last", lambda value: sys.exit(value), name="last")
    assert (await tried(session, "Last", "3")).problems == ("SystemExit: 3",)


async def test_models_are_shown_as_what_they_hold_wherever_they_are(session, types: TypeRegistry) -> None:
    types.register_type(list[Invoice], name="Invoices")
    text = '[{"lines":[1],"code":"abc"}]'
    assert (await tried(session, "Invoices", text)).value == text


async def test_a_validator_that_never_ends_is_not_waited_for(session, types, monkeypatch) -> None:
    ended = threading.Event()
    types.register_type(Annotated[int, Field(lt=9)], name="Slow")
    types.register_validator("Slow", lambda value: ended.wait(20) and value, name="slow")
    monkeypatch.setattr(beside, "LONGEST", 0.05)
    found = await tried(session, "Slow", "3")
    ended.set()
    assert "takes longer than 0.05 s" in found.problems[0]


async def test_who_uses_a_type_is_told_by_model_and_field(session, types) -> None:
    session._workspace.registry.models.register_static_model(Invoice, namespace="billing")
    uses = (await session.perform("used_by", type="Count")).value
    assert [(use.model, use.field.startswith("/lines") or use.field == "lines") for use in uses] == [
        ("models.billing.Invoice", True)
    ]
    assert (await session.perform("used_by", type="Colour")).value == ()


async def test_models_that_one_may_not_list_are_not_told_of(session, types) -> None:
    session._workspace.registry.models.register_static_model(Invoice, namespace="billing", permissions={})
    analyst = LocalSession(session._workspace, "analyst")
    assert (await analyst.perform("used_by", type="Code")).value == ()
    assert (await session.perform("used_by", type="Code")).value == (Use("models.billing.Invoice", "code"),)


async def test_a_type_that_is_not_there_is_said_with_those_near_it(session, types) -> None:
    for verb in ("try_type", "used_by"):
        with pytest.raises(ActionError, match="nothing is registered as 'Coun'"):
            await session.perform(verb, type="Coun", **({"text": "1"} if verb == "try_type" else {}))
