"""Registering a hundred models and reading every UI schema against making each model's JSON Schema at registration."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from tests.benchmarks.figures import alternate, options, say, say_machine
from xregistry_tui.core import ModelRegistry
from xregistry_tui.schema.ui_schema import ui_schema

MODELS, FIELDS = 100, 20
KINDS: tuple[tuple[Any, Any], ...] = (
    (str, ...),
    (int, Field(gt=0)),
    (float | None, None),
    (bool, False),
    (datetime.datetime, ...),
    (Literal["new", "paid", "sent"], "new"),
    (list[str], Field(default_factory=list)),
    (Decimal, Field(ge=0, decimal_places=2)),
    (str | None, Field(default=None, max_length=80, description="What people call it.")),
    (dict[str, int], Field(default_factory=dict)),
)
WORDS = (
    "name",
    "count",
    "contact_email",
    "notes",
    "website_url",
    "created_at",
    "customerId",
    "status",
    "total",
    "tags",
)


def models() -> list[type[BaseModel]]:
    """Classes as an application declares them, complete before anything is measured."""
    fields = {f"{WORDS[n % 10]}_{n}": KINDS[(n + n // 10) % 10] for n in range(FIELDS)}
    made: list[type[BaseModel]] = [create_model(f"Model{n}", **fields) for n in range(MODELS)]  # type: ignore[call-overload]
    return made


def naive(classes: list[type[BaseModel]]) -> None:
    """What a registry would do that makes both schemas of every model there and then."""
    kept = {}
    for model in classes:
        fields = {
            name: {
                "widget": _widget(name.lower(), info.annotation),
                "label": name.replace("_", " ").title(),
                "required": info.is_required(),
                "description": info.description,
            }
            for name, info in model.model_fields.items()
        }
        kept[model.__name__] = (model.model_json_schema(), {"fields": fields})


def _widget(name: str, annotation: Any) -> str:
    for part, widget in (("password", "password"), ("email", "email"), ("url", "url"), ("link", "url")):
        if part in name:
            return widget
    if "description" in name or "notes" in name:
        return "textarea"
    types = {bool: "toggle", int: "number", float: "number", datetime.datetime: "datetime"}
    return types.get(annotation, "text") if isinstance(annotation, type) else "text"


def registered(classes: list[type[BaseModel]]) -> ModelRegistry:
    """All of them in a registry of their own."""
    registry = ModelRegistry()
    for model in classes:
        registry.register_static_model(model)
    return registry


def read(classes: list[type[BaseModel]]) -> None:
    """All of them registered, and the UI schema of each read."""
    for model in registered(classes).models.values():
        assert ui_schema(model.model_class)["fields"]


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def main() -> None:
    chosen = options(__doc__, pairs=9, file=False).parse_args()
    say_machine()
    classes = models()
    measures = {
        "naive, eager": lambda: timed(lambda: naive(classes)),
        "registered": lambda: timed(lambda: registered(classes)),
        "registered and read": lambda: timed(lambda: read(classes)),
    }
    print(f"{MODELS} models of {FIELDS} fields")
    say(alternate(chosen.pairs, measures), "ms", "naive, eager", {"registered and read": 0.5})


if __name__ == "__main__":
    main()
