"""What the demo registers: functions that reckon, types that check, static models of which the data violates one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from xregistry_tui import demo
from xregistry_tui.demo import functions, models
from xregistry_tui.demo.shop import create_shop
from xregistry_tui.xregistry import XRegistry


@pytest.fixture
def registry() -> XRegistry:
    registry = XRegistry()
    demo.register(registry)
    return registry


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite"
    create_shop(path, datetime.now(UTC))
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def problems(model: type[BaseModel], shop: sqlite3.Connection, table: str) -> dict[str, int]:
    """How many records of a table a model refuses, by the field it refuses them for."""
    counted: dict[str, int] = {}
    for row in shop.execute(f"SELECT * FROM {table}"):
        try:
            model.model_validate(dict(row))
        except ValidationError as error:
            for name in {str(problem["loc"][0]) for problem in error.errors()}:
                counted[name] = counted.get(name, 0) + 1
    return counted


def test_everything_is_registered_at_its_path(registry: XRegistry) -> None:
    assert set(registry.functions.functions) == {
        *("functions.pricing.total", "functions.pricing.reprice", "functions.pricing.margin"),
        *("functions.pricing.with_vat", "functions.shipping.zone", "functions.shipping.quote"),
        *("functions.shipping.next_statuses", "functions.text.slugify", "functions.text.mask_email"),
    }
    assert len(registry.types.types) == 8
    assert set(demo.BINDINGS) | {"models.demo.Invoice"} == set(registry.models.models)


def test_registering_twice_changes_nothing(registry: XRegistry) -> None:
    before = list(registry.models.models), list(registry.functions.functions), list(registry.types.types)
    demo.register(registry)
    assert (list(registry.models.models), list(registry.functions.functions), list(registry.types.types)) == before


def test_bindings_name_tables_of_the_shop_with_the_models_fields(registry: XRegistry, shop: sqlite3.Connection) -> None:
    for path, table in demo.BINDINGS.items():
        columns = {row["name"] for row in shop.execute(f"PRAGMA table_info({table})")}
        assert set(registry.models.models[path].model_class.model_fields) == columns


def test_the_data_violates_order_and_only_order(shop: sqlite3.Connection) -> None:
    found = {
        path: problems(getattr(models, path.rpartition(".")[2]), shop, table) for path, table in demo.BINDINGS.items()
    }
    assert set(found.pop("models.demo.Order")) == {"status", "total", "currency", "email"}
    assert found == {path: {} for path in found}


def test_every_example_of_a_type_is_valid(registry: XRegistry) -> None:
    for path, registered in registry.types.types.items():
        for example in registered.metadata.examples:
            assert registry.types.validate(path, example) is not None


def test_only_ops_may_reprice(registry: XRegistry) -> None:
    assert set(registry.functions.functions["functions.pricing.reprice"].permissions) == {"ops"}


def test_importing_the_demo_imports_nothing_heavy() -> None:
    look = "import sys, xregistry_tui.demo; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlite3", "pydantic", "textual", "subprocess", "asyncio", "random"} & set(loaded)


PRICES = st.decimals("0.01", "9999.99", places=2)


@given(st.lists(st.tuples(PRICES, st.integers(1, 99)), max_size=6))
def test_a_total_without_discount_is_the_sum_of_its_lines(lines: list[tuple[Decimal, int]]) -> None:
    assert functions.total([p for p, _ in lines], [q for _, q in lines]) == sum(p * q for p, q in lines)


@given(PRICES, st.decimals("-90", "200", places=1))
def test_a_new_price_ends_as_prices_do_and_is_near(price: Decimal, percent: Decimal) -> None:
    changed = functions.reprice(price, percent)
    assert changed % 1 == Decimal("0.90")
    assert abs(changed - price * (100 + percent) / 100) <= Decimal("0.90")


@given(st.text())
def test_a_slug_is_safe_in_an_address_and_is_its_own_slug(text: str) -> None:
    slug = functions.slugify(text)
    assert slug.isascii()
    assert functions.slugify(slug) == slug


@given(st.sampled_from(["FR", "de", "PT", "JP"]), st.integers(1, 30_000))
def test_sending_more_or_faster_never_costs_less(country: str, grams: int) -> None:
    quote = functions.quote(country, grams)
    assert quote <= functions.quote(country, grams + 500)
    assert quote < functions.quote(country, grams, express=True)


@given(st.emails())
def test_a_masked_address_keeps_its_host_and_one_letter(address: str) -> None:
    masked = functions.mask_email(address)
    assert masked.rpartition("@")[2] == address.rpartition("@")[2]
    assert masked[0] == address[0]


@pytest.mark.parametrize(
    ("net", "country", "gross"), [("100", "FR", "120.00"), ("9.90", "de", "11.78"), ("10", "CH", "10.00")]
)
def test_tax_is_that_of_the_country(net: str, country: str, gross: str) -> None:
    assert functions.with_vat(Decimal(net), country) == Decimal(gross)


def test_a_margin_is_a_share_of_the_price() -> None:
    assert functions.margin(Decimal(20), Decimal(5)) == 0.75


def test_a_misspelt_status_leads_nowhere() -> None:
    assert functions.next_statuses("paid") == ("shipped", "cancelled")
    assert functions.next_statuses("shiped") == ()
