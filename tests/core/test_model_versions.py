"""The versions of a model: derived, judged, kept, rolled back, brought to life again."""

from __future__ import annotations

import datetime
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, field_validator

from xregistry_tui.core import (
    IncompatibleChange,
    ModelEvolution,
    ModelPermission,
    ModelRegistry,
    ModelSource,
    NotKept,
    VersionConflict,
)
from xregistry_tui.schema.evolution import Mode
from xregistry_tui.schema.external import InvalidSchema
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)


class Order(BaseModel):
    """What a customer asked for."""

    name: str = Field(min_length=1)
    value: int = Field(gt=0)


class Wider(BaseModel):
    """What a customer asked for."""

    name: str
    value: int
    description: str = ""


class Narrower(BaseModel):
    """What a customer asked for."""

    name: str = Field(min_length=1)
    value: int = Field(gt=0)
    status: Literal["new", "paid"]


@pytest.fixture
def models() -> ModelRegistry:
    registry = ModelRegistry(clock=lambda: NOON)
    registry.register_static_model(Order, name="Order", namespace="shop")
    return registry


def documented(text: str) -> type[BaseModel]:
    return type("Order", (Order,), {"__doc__": text, "__module__": __name__})


def numbered(count: int) -> type[BaseModel]:
    """A model of `count` optional fields."""
    return type(
        "Order",
        (BaseModel,),
        {
            "__module__": __name__,
            "__annotations__": {f"f{n}": int | None for n in range(count)},
            **{f"f{n}": None for n in range(count)},
        },
    )


def test_an_update_is_a_new_version_that_the_change_names(models: ModelRegistry) -> None:
    assert models.update_model("Order", Wider).version == "1.1.0"
    assert models.update_model("Order", Narrower, anyway=True).version == "2.0.0"
    assert [held.version for held in models.version_history["Order"]] == ["1.0.0", "1.1.0", "2.0.0"]


def test_a_version_may_be_asked_for_if_it_is_high_enough(models: ModelRegistry) -> None:
    updated = models.update_model("Order", Wider, version="2.0.0")
    assert updated.metadata.version == "2.0.0"
    assert len(models.version_history["Order"]) == 2
    for version in ("1.0.0", "2.0.0"):
        with pytest.raises(VersionConflict, match=r"does not follow 2\.0\.0"):
            models.update_model("Order", Order, version=version, anyway=True)
    with pytest.raises(VersionConflict, match=r"too low for this change: give 3\.0\.0"):
        models.update_model("Order", Narrower, version="2.9.0", anyway=True)
    assert models["Order"] is updated


def test_the_same_class_again_is_no_version(models: ModelRegistry) -> None:
    held = models["Order"]
    assert models.update_model("Order", Order) is held


def test_words_alone_are_a_patch(models: ModelRegistry) -> None:
    assert models.update_model("Order", documented("Said in other words.")).version == "1.0.1"


def test_what_is_not_there_cannot_be_updated(models: ModelRegistry) -> None:
    with pytest.raises(ValueError, match="Model Nobody not found"):
        models.update_model("Nobody", Order)


def test_a_change_that_the_mode_refuses_names_what_is_wrong_and_what_to_do(models: ModelRegistry) -> None:
    with pytest.raises(IncompatibleChange, match=r"backward refuses this change: .*status.*anyway=True") as caught:
        models.update_model("Order", Narrower)
    assert caught.value.judgement.verdict == "incompatible"
    assert models["Order"].version == "1.0.0"


@pytest.mark.parametrize(
    ("mode", "update", "allowed"),
    [
        (Mode.NONE, Narrower, True),
        (Mode.BACKWARD, Wider, True),
        (Mode.BACKWARD, Narrower, False),
        (Mode.FORWARD, Narrower, True),
        (Mode.FORWARD, Wider, False),
        (Mode.FULL, Wider, False),
        (Mode.FULL, Narrower, False),
        (Mode.FULL, documented("Words."), True),
    ],
)
def test_each_mode_allows_what_it_says(
    models: ModelRegistry, mode: Mode, update: type[BaseModel], allowed: bool
) -> None:
    models.set_compatibility("shop.Order", mode)
    if allowed:
        assert models.update_model("Order", update).version != "1.0.0"
    else:
        with pytest.raises(IncompatibleChange):
            models.update_model("Order", update)


def test_a_transitive_mode_looks_at_every_version_kept(models: ModelRegistry) -> None:
    models.update_model("Order", Narrower, anyway=True)
    models.update_model("Order", Order)
    models.set_compatibility("shop", Mode.BACKWARD)
    assert models.judge("Order", Wider.model_json_schema()).verdict == "compatible"
    models.set_compatibility("shop", Mode.FORWARD_TRANSITIVE)
    assert models.judge("Order", Order.model_json_schema()).verdict == "incompatible"
    models.set_compatibility("shop", Mode.FORWARD)
    assert models.judge("Order", Order.model_json_schema()).verdict == "compatible"


def test_the_nearest_mode_above_a_model_holds(models: ModelRegistry) -> None:
    assert models.compatibility("models.shop.Order").mode is Mode.BACKWARD
    models.set_compatibility("ns.models", "full")
    models.set_compatibility("shop", Mode.FORWARD, strict=True)
    assert models.compatibility("models.shop.Order").mode is Mode.FORWARD
    assert models.compatibility("models.shop.Order").strict
    assert models.compatibility("models.other.Order").mode is Mode.FULL
    models.set_compatibility("shop", None)
    assert models.compatibility("models.shop.Order").mode is Mode.FULL


def test_each_step_is_kept_with_its_changes_and_its_migration(models: ModelRegistry) -> None:
    models.update_model("Order", Wider, migration_script="UPDATE orders SET description = ''")
    (step,) = models.evolutions["Order"]
    assert isinstance(step, ModelEvolution)
    assert (step.from_version, step.to_version, step.at) == ("1.0.0", "1.1.0", NOON)
    assert step.migration_script == "UPDATE orders SET description = ''"
    assert "field_added" in {change.type for change in step.changes}
    assert step.applied_at is None
    assert models.mark_applied("Order", "1.1.0").applied_at == NOON
    assert models.evolutions["Order"][0].as_json()["applied_at"] == NOON.isoformat()
    with pytest.raises(KeyError, match=r"no step to version 9\.9\.9"):
        models.mark_applied("Order", "9.9.9")


def test_what_people_gave_stays_with_the_next_version(models: ModelRegistry) -> None:
    models.grant("Order", "analyst", ModelPermission.UPDATE)
    models.tag("Order", "mine")
    updated = models.update_model("Order", Wider)
    assert updated.metadata.permissions["analyst"] == {ModelPermission.UPDATE}
    assert "mine" in updated.tags


def test_of_old_versions_only_so_many_are_kept_whole(models: ModelRegistry) -> None:
    models.max_version_history = 2
    fingerprints = [models["Order"].metadata.fingerprint]
    for count in (1, 2, 3):
        fingerprints.append(models.update_model("Order", numbered(count), anyway=True).metadata.fingerprint)
    history = models.version_history["Order"]
    assert [held.definition is not None for held in history] == [False, False, True, True]
    assert [held.fingerprint for held in history] == fingerprints
    assert len(set(fingerprints)) == 4
    with pytest.raises(NotKept, match="only its number, fingerprint and date are kept"):
        models.rollback("Order", "1.0.0")
    assert history[0].as_json()["schema"] is None


def test_without_versioning_only_the_newest_is_kept_whole(models: ModelRegistry) -> None:
    models.enable_versioning = False
    models.update_model("Order", Wider)
    assert [held.definition is not None for held in models.version_history["Order"]] == [False, True]


def test_a_rollback_is_a_new_higher_version_of_the_old_schema(models: ModelRegistry) -> None:
    models.update_model("Order", Wider)
    back = models.rollback("Order", "1.0.0")
    assert back.version == "2.0.0"
    assert back.json_schema == models.version_history["Order"][0].json_schema
    assert back.model_class is Order
    with pytest.raises(KeyError, match=r"no version 7\.0\.0; there are: 1\.0\.0, 1\.1\.0, 2\.0\.0"):
        models.rollback("Order", "7.0.0")


class Checked(BaseModel):
    """A model with a check of its own."""

    value: int

    @field_validator("value")
    @classmethod
    def even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("odd")
        return value


def test_an_old_version_lives_again_without_python_validators_and_says_so(models: ModelRegistry) -> None:
    models.update_model("Order", Checked, anyway=True)
    models.update_model("Order", Wider, anyway=True)
    assert [held.version for held in models.version_history["Order"]] == ["1.0.0", "1.1.0", "2.0.0"]
    old = models.instantiate("Order", {"value": 3}, version="1.1.0")
    assert old.model_dump()["value"] == 3
    assert "no Python validators" in (type(old).__doc__ or "")
    with pytest.raises(ValueError, match="value"):
        models.instantiate("Order", {"value": "many"}, version="1.1.0")
    assert isinstance(models.instantiate("Order", {"name": "a", "value": 1}), Wider)


SCHEMA: dict[str, Any] = {
    "title": "Invoice",
    "description": "A bill.",
    "type": "object",
    "properties": {"number": {"type": "string", "pattern": "^[0-9]+$"}, "net": {"type": "number", "minimum": 0}},
    "required": ["number"],
    "additionalProperties": False,
}


def test_a_json_schema_of_others_is_a_model(models: ModelRegistry) -> None:
    registered = models.register_external(SCHEMA, "Invoice", namespace="billing", tags={"partner"})
    assert registered.path == "models.billing.Invoice"
    assert registered.metadata.source is ModelSource.EXTERNAL
    assert (registered.json_schema, registered.metadata.description) == (SCHEMA, "A bill.")
    assert registered.model_class.model_validate({"number": "7"}).model_dump()["number"] == "7"
    with pytest.raises(ValueError, match="more"):
        registered.model_class.model_validate({"number": "7", "more": 1})
    assert models.register_external(dict(SCHEMA), "Invoice", namespace="billing") is registered
    with pytest.raises(ValueError, match="already"):
        models.register_external({**SCHEMA, "required": []}, "Invoice", namespace="billing")
    changed = models.register_external({**SCHEMA, "required": []}, "Invoice", namespace="billing", replace=True)
    assert changed.version == "1.1.0"
    with pytest.raises(InvalidSchema):
        models.register_external({"type": "strange"}, "Bad")


def test_who_may_do_what_is_asked_of_all_models_at_once(models: ModelRegistry) -> None:
    models.register_static_model(
        Wider, namespace="auth", permissions={"admin": {ModelPermission.DELETE}, "user": {ModelPermission.READ}}
    )
    assert models.get_accessible_models("user") == ["models.auth.Wider", "models.shop.Order"]
    assert models.get_accessible_models("user", ModelPermission.DELETE) == []
    assert models.get_accessible_models("guest") == ["models.shop.Order"]
    assert models.get_accessible_models("admin", ModelPermission.DELETE) == ["models.auth.Wider", "models.shop.Order"]


def test_what_everyone_may_do_can_be_set(models: ModelRegistry) -> None:
    models.default_permissions = (ModelPermission.LIST,)
    assert models.register(Wider).metadata.permissions == {"*": {ModelPermission.LIST}}


def test_a_form_description_comes_with_each_model_unless_switched_off(models: ModelRegistry) -> None:
    ui = models["Order"].metadata.ui_schema
    assert ui is not None
    assert list(ui["fields"]) == ["name", "value"]
    assert models["Order"].metadata.ui_schema is ui
    models.auto_generate_ui = False
    assert models.register(Wider).metadata.ui_schema is None


def test_a_rediscovered_change_is_never_refused(models: ModelRegistry) -> None:
    number = FieldShape(name="n", kinds=(Kind.INTEGER,), nullable=False)
    models.register_discovered(Shape(name="t", fields=(number,)), resource="db")
    text = FieldShape(name="n", kinds=(Kind.STRING,), nullable=False)
    assert models.register_discovered(Shape(name="t", fields=(text,)), resource="db").version == "2.0.0"
    assert models.evolutions["t"][0].verdict == "incompatible"
