"""The Function Registry of the specification: registered, found, counted, executed by those who may."""

from __future__ import annotations

import pytest

from xregistry_tui.core import FunctionPermission, FunctionRegistry
from xregistry_tui.core.functions import RegisteredFunction


@pytest.fixture
def registry() -> FunctionRegistry:
    return FunctionRegistry()


def calculate_compound_interest(principal: float, rate: float, time: int, compound_frequency: int = 12) -> float:
    """Calculate compound interest"""
    return principal * (1 + rate / compound_frequency) ** (compound_frequency * time)


def test_a_decorated_function_is_registered_with_namespace_and_tags(registry: FunctionRegistry) -> None:
    @registry.register(namespace="test", tags={"test", "example"})
    def sample_function(x: int) -> int:
        """Sample function"""
        return x * 2

    assert "sample_function" in registry.functions
    registered = registry.functions["sample_function"]
    assert registered.metadata.namespace == "test"
    assert "test" in registered.metadata.tags
    assert (registered.metadata.docstring, registered.metadata.return_type) == ("Sample function", "int")
    assert registered.metadata.parameters["x"].type == "int"
    assert sample_function(4) == 8
    assert registered.call_count == 1
    assert registered.last_called is not None


def test_without_arguments_the_decorator_takes_the_functions_own_name(registry: FunctionRegistry) -> None:
    @registry.register()
    def calculate_tax(amount: float, rate: float) -> float:
        """Calculate tax for given amount and rate"""
        return amount * rate

    assert calculate_tax(200, 0.5) == registry.functions["calculate_tax"](200, 0.5) == 100
    assert registry.functions["calculate_tax"].call_count == 2


async def test_permissions_are_kept_by_role_and_decide_who_executes(registry: FunctionRegistry) -> None:
    @registry.register(
        namespace="admin.operations",
        permissions={
            "admin": {FunctionPermission.EXECUTE, FunctionPermission.MODIFY},
            "user": {FunctionPermission.VIEW},
        },
    )
    def reset_user_password(user_id: str, new_password: str) -> bool:
        """Reset user password - admin only"""
        return bool(user_id and new_password)

    permissions = registry.functions["reset_user_password"].metadata.permissions
    assert permissions["admin"] == {FunctionPermission.EXECUTE, FunctionPermission.MODIFY}
    assert permissions["user"] == {FunctionPermission.VIEW}
    assert await registry.execute("reset_user_password", ("ada", "x"), role="admin") is True
    with pytest.raises(PermissionError, match="role user lacks EXECUTE on functions"):
        await registry.execute("reset_user_password", ("ada", "x"), role="user")


def test_functions_are_found_by_pattern(registry: FunctionRegistry) -> None:
    for name in ("add", "subtract"):
        registry.register(lambda a, b: (a, b), name, namespace="math.basic")
    registry.register(pow, "power", namespace="math.advanced")
    assert len(registry.find_by_namespace("ns.functions.math.basic.*")) == 2
    assert len(registry.find_by_namespace("ns.functions.math.*")) == 3
    assert registry.find_by_namespace("ns.functions.nothing.*") == []


def test_a_function_is_called_by_its_path(registry: FunctionRegistry) -> None:
    registered = registry.register(
        calculate_compound_interest, namespace="finance.calculations", tags={"finance", "calculation", "tax"}
    )
    assert isinstance(registered, RegisteredFunction)
    found = registry.get_by_namespace("ns.functions.finance.calculations.calculate_compound_interest")
    assert found is registered
    assert found(1000, 0.05, 2) == pytest.approx(1104.94, abs=0.01)
    assert registry.find_by_tag("tax") == [registered]
    assert registry.get_by_namespace("ns.functions.finance.nothing") is None


def test_of_a_thousand_functions_those_of_one_namespace_are_found(registry: FunctionRegistry) -> None:
    for number in range(1000):

        @registry.register(name=f"test_func_{number}", namespace=f"perf.test{number % 10}")
        def test_func() -> None:
            pass

    found = registry.find_by_namespace("ns.functions.perf.test5.*")
    assert len(found) == 100
    assert {function.path.split(".")[2] for function in found} == {"test5"}
