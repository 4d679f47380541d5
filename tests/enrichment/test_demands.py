"""What a new version asks that the older one did not: by the engine where rules say it, else by the class."""

from __future__ import annotations

import enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from xregistry_tui.core.definition import Definition
from xregistry_tui.enrichment.demands import Demand, demands
from xregistry_tui.enrichment.reading import readings
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Reference, Required, Unique
from xregistry_tui.schema.shape import CollectionKind, FieldShape, Kind, Shape

LIVE = Shape(name="t", fields=tuple(FieldShape(name=name, kinds=(Kind.ANY,)) for name in ("id", "s", "n", "extra")))


class Old(BaseModel):
    id: int
    s: str | None = None
    n: float | None = None


def asked(new: type[BaseModel], old: type[BaseModel] = Old, live: Shape = LIVE) -> tuple[Demand, ...]:
    before, after = (Definition(title="t", source="t", model_class=one) for one in (old, new))
    return demands(before, after, live, "sqlite")


def with_(name: str, annotation: Any, default: Any = ...) -> type[BaseModel]:
    return create_model("Old", __base__=Old, **{name: (annotation, default)})


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("annotation", "rules"),
    [
        (Annotated[float, Field(gt=0, le=9)] | None, [Range(gt=0, le=9)]),
        (float, [Required()]),
        (Annotated[float, Field(ge=1)], [Required(), Range(ge=1)]),
    ],
)
def test_bounds_and_absence_are_rules_of_the_engine(annotation: Any, rules: list[Any]) -> None:
    found = asked(with_("n", annotation, ... if Required() in rules else None))
    assert [one.rule for one in found] == rules
    assert not any(one.only_ours for one in found)


@pytest.mark.parametrize(
    ("annotation", "rule"),
    [
        (Annotated[str, Field(max_length=3)] | None, Length(most=3)),
        (Annotated[str, Field(pattern="^a")] | None, Pattern("^a")),
        (Literal["a", "b"] | None, OneOf(("a", "b"))),
        (Colour | None, OneOf(("red", "blue"))),
    ],
)
def test_texts_are_judged_by_the_engine_where_all_are_texts(annotation: Any, rule: Any) -> None:
    (one,) = asked(with_("s", annotation, None))
    assert one.rule == rule
    assert one.kinds is not None
    assert Kind.STRING in one.kinds
    assert Kind.INTEGER not in one.kinds


@pytest.mark.parametrize(
    "annotation",
    [
        Annotated[str, Field(max_length=3), AfterValidator(str.strip)] | None,
        Annotated[str, BeforeValidator(str)] | None,
        Annotated[str, Field(strict=True, max_length=3)] | None,
        list[str] | None,
    ],
)
def test_what_code_decides_is_asked_of_the_class(annotation: Any) -> None:
    found = asked(with_("s", annotation, None))
    assert found
    assert all(one.only_ours for one in found)


def test_a_multiple_is_no_rule_of_the_engine() -> None:
    found = asked(with_("n", Annotated[float, Field(ge=0, multiple_of=0.5)] | None, None))
    assert found
    assert all(one.only_ours for one in found)


def test_only_the_bound_that_is_new_is_asked() -> None:
    old = with_("n", Annotated[float, Field(ge=0, le=9)] | None, None)
    (one,) = asked(with_("n", Annotated[float, Field(ge=0, le=5)] | None, None), old)
    assert one.rule == Range(le=5)


def test_nothing_is_asked_of_what_was_widened_or_only_described_otherwise() -> None:
    class Wider(BaseModel):
        """Other words."""

        id: float
        s: str | int | None = None
        n: float | None = Field(None, description="a number")

    assert asked(Wider) == ()
    assert asked(Old) == ()


def test_settings_that_change_how_values_are_read_may_be_complained_of_anywhere() -> None:
    class Strict(Old):
        model_config = ConfigDict(strict=True)

    (one,) = asked(Strict)
    assert (one.path, one.only_ours, one.anywhere) == ("", True, True)


def test_a_check_after_the_fields_speaks_of_the_whole_and_one_before_them_of_anything() -> None:
    class After(Old):
        @model_validator(mode="after")
        def fine(self) -> After:
            return self

    class Before(Old):
        @model_validator(mode="before")
        @classmethod
        def fine(cls, record: Any) -> Any:
            return record

    class Late(Old):
        def model_post_init(self, context: Any) -> None:
            assert self.id

    assert [one.anywhere for one in (*asked(After), *asked(Before), *asked(Late))] == [False, True, False]
    assert asked(After, After) == ()


def test_a_record_within_a_record_is_asked_of_the_class_at_its_own_place() -> None:
    class City(BaseModel):
        name: str | None = None

    class Named(BaseModel):
        name: str

    old, new = (create_model("P", city=(one | None, None)) for one in (City, Named))
    found = asked(new, old)
    assert {one.path for one in found} == {"/city/name"}
    assert all(one.only_ours and one.name == "city" for one in found)


def test_a_model_within_itself_is_read_to_its_end() -> None:
    class Node(BaseModel):
        kids: list[Node] = []

    assert set(readings(Node).fields) == {"kids"}
    assert asked(Node, Node) == ()


def test_fields_that_nobody_declared_are_strays_of_a_closed_model() -> None:
    class Closed(Old):
        model_config = ConfigDict(extra="forbid")

    (one,) = asked(Closed)
    assert (one.closed, one.strays) == (True, ("extra",))
    assert one.words == "must have no undeclared fields: extra"


def test_a_second_name_of_a_field_leaves_it_to_the_class_where_a_column_has_it() -> None:
    model = create_model(
        "Old",
        __config__=ConfigDict(populate_by_name=True),
        id=(int, ...),
        extra=(Annotated[int, Field(ge=0)] | None, Field(None, alias="n")),
    )
    assert all(one.only_ours for one in asked(model) if one.name == "n")


def test_what_must_not_repeat_or_be_elsewhere_is_told_by_shapes_alone() -> None:
    old = Shape(name="t", kind=CollectionKind.TABLE, fields=(FieldShape(name="s", kinds=(Kind.STRING,)),))
    ruled = FieldShape(name="s", kinds=(Kind.STRING,), rules=(Unique("index"), Reference("u", "id", "foreign key")))
    new = Shape(name="t", kind=CollectionKind.TABLE, fields=(ruled,), unique=(("s", "n"),))
    before, after = (Definition(title="t", source="t", shape=one) for one in (old, new))
    found = {one.words: one.rule for one in demands(before, after, LIVE, "postgresql")}
    assert found == {
        "must be unique": Unique(),
        "must be in u.id": Reference("u", "id"),
        "must have no other record with the same s, n": Unique(),
    }


def test_a_json_schema_takes_values_for_what_they_are_so_their_kinds_are_asked() -> None:
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    lax = create_model("Old", id=(int, ...))
    before = Definition(title="t", source="t", model_class=lax)
    after = Definition(title="t", source="t", json_schema=schema)
    (one,) = demands(before, after, LIVE, "sqlite")
    assert (one.words, one.kinds, one.only_ours) == ("must be integer", frozenset({Kind.INTEGER}), False)
    wider = {**schema, "properties": {"id": {"type": "number"}}}
    assert demands(after, Definition(title="t", source="t", json_schema=wider), LIVE, "sqlite") == ()
