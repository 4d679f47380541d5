"""Functions that are imported on first use."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from xregistry_tui.core import DefinitionConflict, FunctionRegistry
from xregistry_tui.core.definitions import TargetFailed

SOURCE = '''
"""Late."""
def total(x: int, rate: float = 1.5) -> float:
    """What it costs."""
    return x * rate

class Shop:
    @staticmethod
    def open() -> bool:
        return True
'''


@pytest.fixture
def functions() -> FunctionRegistry:
    return FunctionRegistry()


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("late_shop", "late_shop.prices"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "late_shop").mkdir()
    (tmp_path / "late_shop" / "__init__.py").touch()
    file = tmp_path / "late_shop" / "prices.py"
    file.write_text(SOURCE)
    return file


def test_registering_imports_nothing(functions: FunctionRegistry, late: Path) -> None:
    registered = functions.register_lazy("late_shop.prices:total", tags={"late"})
    assert registered.path == "functions.late_shop.prices.total"
    assert functions.find_by_tag("late") == [functions["total"]]
    assert not registered.loaded
    assert "late_shop.prices" not in sys.modules


def test_a_call_imports(functions: FunctionRegistry, late: Path) -> None:
    assert functions.register_lazy("late_shop.prices:total", namespace="shop")(2) == 3
    assert functions.register_lazy("late_shop.prices:Shop.open", name="is_open", namespace="shop")() is True


def test_metadata_imports(functions: FunctionRegistry, late: Path) -> None:
    metadata = functions.register_lazy("late_shop.prices:total", namespace="shop").metadata
    assert (metadata.module, metadata.docstring) == ("late_shop.prices", "What it costs.")
    assert metadata.signature == "(x: int, rate: float = 1.5) -> float"


def test_a_failed_import_names_the_target_and_is_tried_again(functions: FunctionRegistry, late: Path) -> None:
    late.rename(late.with_name("later.py"))
    registered = functions.register_lazy("late_shop.prices:total")
    for use in (lambda: registered(1), lambda: registered.metadata, lambda: registered.func):
        with pytest.raises(TargetFailed, match=r"late_shop\.prices:total could not be imported: ModuleNotFoundError"):
            use()
    assert registered.call_count == 0
    late.with_name("later.py").rename(late)
    sys.path_importer_cache.clear()
    assert registered(2) == 3


def test_what_is_no_function_is_said(functions: FunctionRegistry, late: Path) -> None:
    with pytest.raises(TargetFailed, match="prices:nothing could not be imported: AttributeError"):
        _ = functions.register_lazy("late_shop.prices:nothing").func
    with pytest.raises(TargetFailed, match="is no function but str"):
        _ = functions.register_lazy("late_shop.prices:__doc__", name="doc").func


@pytest.mark.parametrize("wrong", ["late_shop.prices", "late_shop.prices:", ":total", "a b:c", "a:b c", ""])
def test_a_target_is_a_module_and_a_name(functions: FunctionRegistry, wrong: str) -> None:
    with pytest.raises(ValueError, match=r"give it as 'package\.module:name'"):
        functions.register_lazy(wrong)


def test_the_target_and_the_function_itself_are_one_definition(functions: FunctionRegistry, late: Path) -> None:
    lazy = functions.register_lazy("late_shop.prices:total")
    from late_shop.prices import total

    assert functions.register(total) is lazy
    assert lazy.loaded
    assert functions.register_lazy("late_shop.prices:total") is lazy
    with pytest.raises(DefinitionConflict, match=r"late_shop\.prices\.Shop"):
        functions.register_lazy("late_shop.prices:Shop", name="total")


def test_a_module_may_register_the_function_while_it_is_imported(late: Path) -> None:
    late.with_name("__init__.py").write_text("from xregistry_tui import XRegistry\nregistry = XRegistry()\n")
    late.write_text("from late_shop import registry\n@registry.functions.register()\ndef total(x): return x * 1.5\n")
    import late_shop

    lazy = late_shop.registry.functions.register_lazy("late_shop.prices:total")
    assert lazy(2) == 3
    assert lazy.call_count == 1
