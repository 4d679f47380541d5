"""The unified registry of the specification: its start-up and its services, whole, on a project and a file."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packages import SPEC, forgotten, write
from tests.specification.test_enriched import make_products
from xregistry_tui import XRegistry, xregistry
from xregistry_tui.config import load
from xregistry_tui.core import ModelPermission
from xregistry_tui.resources import ResourceFactory
from xregistry_tui.xregistry import configure

TYPES = """
from typing import Annotated
from pydantic import Field

def register_all_types(types):
    types.register_type(Annotated[int, Field(gt=0)], name="PositiveInt", tags={"numeric", "validation"})
"""
SERVICE = """
from xregistry_tui import register_function, registry

@register_function(namespace="services.user", tags={"user", "validation"})
async def validate_user_email(email: str) -> bool:
    \"\"\"Validate email format\"\"\"
    return "@" in email
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    files = {**SPEC, "src/types/__init__.py": TYPES, "src/services.py": SERVICE}
    monkeypatch.chdir(write(tmp_path, files))
    make_products(tmp_path / "shop.sqlite")
    with forgotten():
        sys.path.insert(0, str(tmp_path))
        yield tmp_path


async def started(folder: Path) -> XRegistry:
    """The start-up of the specification: models, types, functions, a resource, live figures, what it holds besides."""
    registry = xregistry.registry
    importlib.import_module("src.models").auto_discover_models()
    importlib.import_module("src.types").register_all_types(registry.types)
    importlib.import_module("src.services")
    shop = ResourceFactory.create("sqlite", name="main_db", path=folder / "shop.sqlite")
    enriched = registry.get_enriched()
    await enriched.enrich_from_resource(shop, "Product")
    await enriched.discover_and_register(resource=shop, namespace="dynamic")
    await enriched.settled()
    return registry


async def test_an_application_starts_with_one_registry_of_everything(project: Path) -> None:
    registry = await started(project)
    assert set(registry.models.models) == {"models.product.Product", "models.user.User", "models.dynamic.products"}
    assert set(registry.functions.functions) == {"functions.services.user.validate_user_email"}
    assert set(registry.types.types) == {"types.constraint.PositiveInt"}
    assert registry.get_enriched().enrichments["Product"].statistics["total_count"] == 100
    assert registry.get_enriched() is registry.get_enriched()
    assert [child.path for child in registry.children()] == ["functions", "models", "types"]
    await registry.get_enriched().close()


async def test_services_find_functions_and_models_by_their_paths(project: Path) -> None:
    registry = await started(project)
    validate = registry.functions.get_by_namespace("ns.functions.services.user.validate_user_email")
    assert validate is not None
    assert await validate.func("ada@example.com")
    assert await registry.functions.execute(validate.path, ("nobody",), role="user") is False
    user = registry.models.get_by_namespace("ns.models.user.User")
    assert user is not None
    assert user.model_class.model_validate({"username": "ada"}).model_dump() == {"username": "ada"}
    assert registry.ns.models.user.User is user
    await registry.get_enriched().close()


async def test_a_record_is_made_for_a_role_that_may_create_and_with_live_values(project: Path) -> None:
    registry = await started(project)
    assert not registry.models.check_access("Product", "create", "user")
    registry.models.grant("Product", "user", ModelPermission.CREATE)
    assert registry.models.check_access("Product", "create", "user")
    product: Any = await registry.get_enriched().create_with_validation("Product", {"price": 5.0})
    assert product.price == 5.0
    await registry.get_enriched().close()


def test_the_facade_registers_all_three_kinds() -> None:
    registry = XRegistry()

    @registry.register_function(namespace="utils")
    def twice(n: int) -> int:
        return 2 * n

    model = registry.register_model(type("M", (importlib.import_module("pydantic").BaseModel,), {}), namespace="m")
    kind = registry.register_type(int, name="Whole")
    assert registry.item("ns.functions.utils.twice")(2) == 4
    assert (registry.item(model.path), registry.item(kind.path)) == (model, kind)


def test_a_program_configures_its_registry_from_the_settings(project: Path) -> None:
    (project / "settings.toml").write_text(
        "[registry]\nnamespace_prefix = 'app'\n"
        "[registry.functions]\nmax_call_history = 3\ntrack_performance = false\n"
        "[registry.models]\nmax_version_history = 4\ntrack_versions = true\n"
        "[registry.types]\nvalidate_on_register = false\nallow_override = true\ncache_validated_values = false\n"
        "[registry.enrichment]\nauto_refresh = false\nrefresh_interval = 60\nsample_size = 7\n"
    )
    registry = XRegistry()
    configure(registry, load().settings)
    functions, models, types = registry.functions, registry.models, registry.types
    assert (functions.max_call_history, functions.track_performance) == (3, False)
    assert (models.max_version_history, models.enable_versioning) == (4, True)
    assert (types.validate_on_register, types.allow_override, types.cache_validated_values) == (False, True, False)
    policy = registry.get_enriched().policy
    assert (policy.auto_refresh, policy.refresh_interval, policy.sample_size) == (False, 60, 7)
    assert registry.prefix == "app"
