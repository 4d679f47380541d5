"""What a form asks for a record with: the type decides, then the name, then live data, and the author over all."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType, NotRequired, Optional, TypedDict

import pytest
from hypothesis import given
from pydantic import (
    UUID4,
    AliasChoices,
    AliasPath,
    AnyUrl,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Discriminator,
    EmailStr,
    Field,
    HttpUrl,
    Json,
    JsonValue,
    PastDate,
    PostgresDsn,
    RootModel,
    Secret,
    SecretStr,
    Tag,
    condecimal,
    conint,
    constr,
    create_model,
)
from typing_extensions import TypeAliasType

from tests.schema.shapes import shapes
from xregistry_tui.schema.modelgen import generate
from xregistry_tui.schema.shape import Shape
from xregistry_tui.schema.ui_schema import Evidence, ui_schema
from xregistry_tui.schema.ui_words import label
from xregistry_tui.schema.widget import Widget


class Colour(enum.Enum):
    RED = "r"
    DARK_BLUE = "b"


class Address(BaseModel):
    street_name: str
    floor: int | None = None


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog", "wolf"]
    name: str = "Rex"


class Node(BaseModel):
    name: str
    parent: Node | None = None
    children: list[Node] = []


class Login(BaseModel):
    user: str
    password: str


class Waiting(BaseModel):
    later: Later


class Later(BaseModel):
    x: int


class Hopeless(BaseModel):
    never: Unheard  # type: ignore[name-defined]  # noqa: F821


class Tags(RootModel[list[Literal["a", "b"]]]):
    pass


class Endless(RootModel[list["Endless"]]):
    pass


class Sizes(TypedDict):
    width: int
    depth: NotRequired[int]


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


Metres = NewType("Metres", float)
Percent = TypeAliasType("Percent", Annotated[int, Field(ge=0, le=100)])


def control(annotation: Any, default: Any = ..., *, name: str = "thing", **evidence: Any) -> dict[str, Any]:
    """The control of one field of one model, as it goes over a wire."""
    config = ConfigDict(defer_build=True)  # some types need libraries that only validation needs
    model = create_model("Model", __config__=config, **{name: (annotation, default)})
    schema = ui_schema(model, evidence={name: Evidence(**evidence)} if evidence else None)
    assert json.loads(json.dumps(schema)) == schema
    found: dict[str, Any] = schema["fields"][name]
    return found


def told(annotation: Any, default: Any = ..., **more: Any) -> dict[str, Any]:
    """What a control says besides what every control says."""
    found = control(annotation, default, **more)
    assert list(found)[:5] == ["widget", "label", "required", "description", "nullable"]
    return {key: found[key] for key in found if key not in ("label", "required", "description", "nullable")}


@pytest.mark.parametrize(
    ("annotation", "widget"),
    [
        (str, "text"),
        (bytes, "text"),
        (int, "number"),
        (float, "number"),
        (Decimal, "number"),
        (bool, "toggle"),
        (datetime.datetime, "datetime"),
        (AwareDatetime, "datetime"),
        (datetime.date, "date"),
        (PastDate, "date"),
        (datetime.time, "time"),
        (datetime.timedelta, "duration"),
        (uuid.UUID, "uuid"),
        (UUID4, "uuid"),
        (EmailStr, "email"),
        (AnyUrl, "url"),
        (HttpUrl, "url"),
        (PostgresDsn, "url"),
        (SecretStr, "password"),
        (Secret[int], "password"),
        (Colour, "select"),
        (Literal["a"], "select"),
        (list[Colour], "multiselect"),
        (set[Literal["a", "b"]], "multiselect"),
        (list[int], "list"),
        (tuple[int, ...], "list"),
        (dict[str, int], "map"),
        (Address, "group"),
        (Sizes, "group"),
        (Point, "group"),
        (Tags, "multiselect"),
        (Metres, "number"),
        (Percent, "number"),
        (Percent | None, "number"),
        (Json[int], "json"),
        (JsonValue, "json"),
        (Endless, "list"),
        (Any, "json"),
        (int | str, "json"),
        (list[int] | int, "json"),
        (Address | None, "group"),
        (int | float | Decimal, "number"),
        (uuid.UUID | str, "text"),
        (datetime.date | datetime.datetime, "text"),
        (Literal["a"] | Literal["b"], "select"),
        (type[int], "json"),
    ],
)
def test_the_type_decides(annotation: Any, widget: str) -> None:
    assert control(annotation)["widget"] == widget
    assert widget in list(Widget)


@pytest.mark.parametrize(
    ("name", "annotation", "widget"),
    [
        ("email_count", int, "number"),
        ("passwordless", bool, "toggle"),
        ("email", Literal["work", "home"], "select"),
        ("password", bytes, "text"),
        ("email", str, "email"),
        ("email", str | None, "email"),
        ("contactEmail", str, "email"),
        ("email_address", str, "email"),
        ("email_subject", str, "text"),
        ("website", str, "url"),
        ("homepageURL", str, "url"),
        ("link", str, "url"),
        ("linked_by", str, "text"),
        ("link_text", str, "text"),
        ("passport", str, "text"),
        ("notes", str, "textarea"),
        ("product description", str, "textarea"),
        ("comment_id", str, "text"),
        ("password", str, "password"),
        ("password_hash", str, "password"),
        ("apiKey", constr(max_length=40), "password"),
        ("password_changed_by", str, "text"),
        ("biography", Annotated[str, Field(max_length=9)], "textarea"),
    ],
)
def test_the_name_decides_for_plain_texts_by_whole_words(name: str, annotation: Any, widget: str) -> None:
    assert control(annotation, name=name)["widget"] == widget


def test_texts_in_a_list_are_asked_for_by_the_name_of_the_list() -> None:
    assert told(list[str], name="emails") == {"widget": "list", "items": {"widget": "email"}}


def test_live_data_decides_where_type_and_name_say_nothing() -> None:
    few = told(str, values=("new", "paid", None))
    options = [{"value": "new", "label": "new"}, {"value": "paid", "label": "paid"}]
    assert few == {"widget": "select", "options": options, "open": True}
    assert told(str, longest=500) == {"widget": "textarea"}
    assert told(str, longest=20) == {"widget": "text"}
    assert told(str, format="email") == {"widget": "email"}
    assert told(str, format="hostname") == {"widget": "text"}


def test_live_data_never_overrules_a_type_or_a_name() -> None:
    assert told(int, values=(1, 2)) == {"widget": "number", "step": 1}
    assert told(str, name="email", values=("a@b",)) == {"widget": "email"}
    assert "options" not in told(str, name="password", values=("hunter2",))


def test_evidence_reaches_fields_within_by_their_path() -> None:
    class Owner(BaseModel):
        address: Address
        labels: list[str]

    evidence = {"/address/street_name": Evidence(values=("A", "B")), "/labels/*": Evidence(longest=900)}
    fields = ui_schema(Owner, evidence=evidence)["fields"]
    assert fields["address"]["fields"]["street_name"]["widget"] == "select"
    assert fields["labels"]["items"] == {"widget": "textarea"}


def test_what_the_author_says_wins_over_all() -> None:
    assert told(str, Field(json_schema_extra={"widget": "textarea"}), name="email") == {"widget": "textarea"}
    stars = Field(1, ge=0, json_schema_extra={"ui": {"widget": "stars", "label": "Rating", "maximum": 5}})
    found = control(int, stars)
    assert (found["widget"], found["label"], found["maximum"], found["minimum"]) == ("stars", "Rating", 5, 0)
    within = Annotated[str, Field(json_schema_extra={"widget": "code"})]
    assert control(within | None)["widget"] == "code"
    assert control(str, Field(json_schema_extra={"format": "date"}))["widget"] == "date"
    assert control(str, Field(json_schema_extra={"widget": Widget.EMAIL}))["widget"] == "email"


def test_a_number_says_its_bounds() -> None:
    assert told(conint(gt=0, le=9)) == {"widget": "number", "step": 1, "minimum": 1, "maximum": 9}
    assert told(condecimal(gt=Decimal(0), decimal_places=2)) == {
        **{"widget": "number", "minimum": 0, "exclusive_minimum": True},
        "step": 0.01,
    }
    assert told(Annotated[int, Field(multiple_of=5)] | None) == {"widget": "number", "step": 5}
    assert told(Percent)["maximum"] == 100
    assert told(float, Field(ge=float("-inf"))) == {"widget": "number"}
    assert told(datetime.date, Field(ge=datetime.date(2026, 1, 2))) == {"widget": "date", "minimum": "2026-01-02"}


def test_a_text_says_its_length_pattern_and_an_example() -> None:
    assert told(str, Field(min_length=1, max_length=5, pattern="^a", examples=["ab", "ac"])) == {
        **{"widget": "text", "min_length": 1, "max_length": 5, "pattern": "^a"},
        "placeholder": "ab",
    }
    assert told(int, Field(examples=[5]))["placeholder"] == "5"


def test_a_list_says_what_it_holds_and_how_much() -> None:
    assert told(list[conint(ge=1)], Field(min_length=1, max_length=3)) == {
        **{"widget": "list", "items": {"widget": "number", "step": 1, "minimum": 1}},
        **{"min_items": 1, "max_items": 3},
    }
    assert told(tuple[int, str]) == {
        "widget": "list",
        "positions": [{"widget": "number", "step": 1}, {"widget": "text"}],
    }


def test_a_map_says_its_keys_where_they_are_not_any_text() -> None:
    assert told(dict[str, bool]) == {"widget": "map", "items": {"widget": "toggle"}}
    assert told(dict[Colour, str])["keys"]["widget"] == "select"


def test_the_options_of_an_enum_have_its_names_and_those_of_a_literal_are_as_written() -> None:
    assert told(Colour)["options"] == [{"value": "r", "label": "Red"}, {"value": "b", "label": "Dark Blue"}]
    assert told(Literal["in_progress", 5, None]) == {
        "widget": "select",
        "options": [{"value": "in_progress", "label": "in_progress"}, {"value": 5, "label": "5"}],
    }
    assert control(Literal["a", None])["nullable"]
    assert told(Literal["a"] | str)["open"]


def test_null_absence_and_defaults_are_told_apart() -> None:
    needed = control(int | None)
    assert (needed["required"], needed["nullable"], "default" in needed) == (True, True, False)
    free = control(int, 5)
    assert (free["required"], free["nullable"], free["default"]) == (False, False, 5)
    assert control(Optional[int], None)["default"] is None  # noqa: UP045 - the older way to write it
    assert control(Any)["nullable"]


@pytest.mark.parametrize(
    ("annotation", "default", "shown"),
    [
        (Colour, Colour.RED, "r"),
        (datetime.date, datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.timedelta, datetime.timedelta(days=1), "P1D"),
        (float, float("nan"), "NaN"),
        (set[str], {"b", "a"}, ["a", "b"]),
        (Address, Address(street_name="x"), {"street_name": "x", "floor": None}),
        (list[int], Field(default_factory=list), []),
    ],
)
def test_defaults_are_json_data(annotation: Any, default: Any, shown: Any) -> None:
    assert control(annotation, default)["default"] == shown


def test_a_default_that_a_function_makes_is_not_made() -> None:
    asked: list[int] = []
    found = control(int, Field(default_factory=lambda: asked.append(1) or 1))
    assert (asked, found["required"], "default" in found) == ([], False, False)


@pytest.mark.parametrize(
    ("name", "annotation", "default"),
    [
        ("thing", SecretStr, SecretStr("hunter2")),
        ("thing", SecretStr | None, SecretStr("hunter2")),
        ("thing", list[SecretStr], [SecretStr("hunter2")]),
        ("password", str, "hunter2"),
        ("thing", str, Field("hunter2", examples=["hunter2"], json_schema_extra={"widget": "password"})),
        ("thing", Login, Login(user="ana", password="hunter2")),
        ("thing", list[Login], [Login(user="ana", password="hunter2")]),
        ("thing", dict[str, str], {"api_key": "hunter2"}),
        ("dsn", str, "postgresql://ana:hunter2@db/shop"),
    ],
)
def test_secret_defaults_are_never_shown(name: str, annotation: Any, default: Any) -> None:
    found = control(annotation, default, name=name)
    assert "hunter2" not in json.dumps(found)
    assert "default" not in found


def test_a_secret_says_so() -> None:
    assert told(SecretStr) == told(str, name="password") == {"widget": "password", "secret": True}


def test_a_record_within_is_a_group_of_its_own_fields() -> None:
    found = told(Address)
    assert found["name"] == "Address"
    assert found["fields"]["street_name"]["label"] == "Street Name"
    assert told(Sizes)["fields"]["depth"]["required"] is False
    point = told(Point)["fields"]
    assert (point["x"]["required"], point["y"]["default"]) == (True, 0)


def test_a_record_that_holds_itself_ends_in_a_reference() -> None:
    fields = ui_schema(Node)["fields"]
    assert (fields["parent"]["widget"], fields["parent"]["ref"]) == ("group", "Node")
    assert fields["children"]["items"] == {"widget": "group", "ref": "Node"}
    assert told(Node)["fields"]["parent"]["ref"] == "Node"


def test_a_union_told_apart_by_a_field_has_variants() -> None:
    found = told(Cat | Dog, Field(discriminator="kind"))
    assert (found["widget"], found["discriminator"]) == ("group", "kind")
    assert list(found["variants"]) == ["cat", "dog", "wolf"]
    assert found["variants"]["wolf"]["name"] == "Dog"
    inside = told(list[Annotated[Cat | Dog, Field(discriminator="kind")]])
    assert list(inside["items"]["variants"]) == ["cat", "dog", "wolf"]
    by_function = Annotated[Annotated[Cat, Tag("c")] | Annotated[Dog, Tag("d")], Discriminator(lambda _: "c")]
    assert list(told(by_function)["variants"]) == ["c", "d"]


def test_models_of_models_of_models_do_not_grow_without_end() -> None:
    model: type[BaseModel] = Address
    for depth in range(30):
        model = create_model(f"Level{depth}", **{f"f{n}": (model, ...) for n in range(4)})  # type: ignore[call-overload]
    assert len(json.dumps(ui_schema(model))) < 3_000_000


def test_fields_have_the_names_and_the_order_of_records() -> None:
    class Aliased(BaseModel):
        second: str = Field(alias="2nd")
        first: str = Field(validation_alias=AliasChoices("erster", "first"))
        deep: str = Field(validation_alias=AliasPath("a", 0))
        plain: str = Field(title="Say it plainly", description="In words.")

    fields = ui_schema(Aliased)["fields"]
    assert list(fields) == ["2nd", "erster", "deep", "plain"]
    assert (fields["plain"]["label"], fields["plain"]["description"]) == ("Say it plainly", "In words.")


@given(shapes)
def test_every_generated_model_has_a_control_for_each_field(shape: Shape) -> None:
    schema = ui_schema(generate(shape, shape.name))
    assert list(schema["fields"]) == [field.name for field in shape.fields]
    assert json.loads(json.dumps(schema)) == schema
    assert all(one["label"] and one["widget"] in list(Widget) for one in schema["fields"].values())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("first_name", "First Name"),
        ("customerId", "Customer ID"),
        ("HTTPServer", "HTTP Server"),
        ("userIDs", "User IDs"),
        ("FIRST_NAME", "First Name"),
        ("line2", "Line 2"),
        ("sha256_sum", "SHA256 Sum"),
        ("_id", "ID"),
        ("2020 sales", "2020 Sales"),
        ("été", "Été"),
        ("", "Unnamed"),
        ("__", "__"),
    ],
)
def test_a_label_is_how_a_form_would_write_the_name(name: str, shown: str) -> None:
    assert label(name) == shown


def test_no_json_schema_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("a JSON Schema was made")

    monkeypatch.setattr(BaseModel, "model_json_schema", refused)
    assert ui_schema(Node)["fields"]


def test_a_model_that_waits_for_a_name_is_read_once_the_name_is_there() -> None:
    assert ui_schema(Waiting)["fields"]["later"]["name"] == "Later"
    assert ui_schema(Hopeless)["fields"]["never"]["widget"] == "json"
