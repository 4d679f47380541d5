"""Who may do what."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.core.access import decide
from xregistry_tui.core.functions import FunctionPermission as Permission

roles = st.sampled_from(["admin", "ops", "analyst", "*"])
grants = st.dictionaries(roles, st.sets(st.sampled_from(Permission)))
PATH = "functions.pricing.reprice"


def test_a_refusal_says_who_lacks_what_where_and_who_has_it() -> None:
    decision = decide({"ops": {Permission.EXECUTE}}, "analyst", Permission.EXECUTE, PATH)
    assert not decision.allowed
    assert decision.reason == "role analyst lacks EXECUTE on functions.pricing.reprice; granted to ops"
    assert decide({}, "analyst", "modify", PATH).reason.endswith("granted to nobody")


@given(grants, st.sampled_from(["ops", "analyst"]), st.sampled_from(Permission))
def test_allowed_is_what_the_role_or_everyone_was_granted(
    held: dict[str, set[Permission]], role: str, wanted: Permission
) -> None:
    expected = wanted in held.get(role, ()) or wanted in held.get("*", ())
    assert decide(held, role, wanted, PATH).allowed == expected
    assert decide(held, role, wanted.value, PATH).allowed == expected


@given(grants, st.sampled_from(Permission))
def test_superusers_and_the_trusted_caller_may_all(held: dict[str, set[Permission]], wanted: Permission) -> None:
    assert decide(held, "admin", wanted, PATH).allowed
    assert decide(held, None, wanted, PATH).allowed
    assert decide(held, "root", wanted, PATH, superuser_roles={"root"}).allowed


@given(grants, st.sampled_from(Permission))
def test_admin_is_a_role_like_any_other_where_it_is_no_superuser(
    held: dict[str, set[Permission]], wanted: Permission
) -> None:
    expected = wanted in held.get("admin", ()) or wanted in held.get("*", ())
    assert decide(held, "admin", wanted, PATH, superuser_roles=()).allowed == expected
