"""The versions of a model as verbs: seen, compared, written in an editor, taken back."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import BaseModel

from xregistry_tui.actions import beside, versions
from xregistry_tui.actions.base import ActionError, Refused
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.actions.views import Proposal
from xregistry_tui.core.models import ModelRegistry

ORDERS, USER, PLACE = "models.shop.orders", "models.auth.User", "models.external.Place"
PLACE_SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


class Base(BaseModel):
    id: int


class User(Base):
    name: str


@pytest.fixture
def models(connected: LocalSession) -> ModelRegistry:
    """The session's, with a model of each kind."""
    made = connected._workspace.registry.models
    made.register_static_model(User, namespace="auth")
    made.register_external(PLACE_SCHEMA, "Place")
    return made


async def propose(session: LocalSession, source: str, model: str = USER) -> Proposal:
    proposal: Proposal = (await session.perform("propose", model=model, source=source)).value
    return proposal


async def with_field(session: LocalSession, model: str, line: str = "    nick: str = ''") -> str:
    """The draft of a model with a field more."""
    return (await session.perform("draft", model=model)).value.rstrip() + f"\n{line}\n"


@pytest.mark.parametrize("model", [USER, ORDERS, PLACE])
async def test_a_draft_is_edited_judged_and_accepted_whatever_the_model_comes_from(connected, models, model) -> None:
    source = await with_field(connected, model)
    proposal = await propose(connected, source, model)
    assert (proposal.version, proposal.problems) == ("1.1.0", ())
    assert proposal.comparison is not None
    assert (proposal.comparison.older, proposal.comparison.verdict) == ("1.0.0", "compatible")
    assert [change.message for change in proposal.comparison.changes]
    assert models[model].version == "1.0.0"
    result = await connected.perform("accept", model=model, source=source)
    assert (result.value, models[model].version) == ("1.1.0", "1.1.0")
    assert result.said.endswith("1.0.0 → 1.1.0")
    assert "nick" in models[model].model_class.model_fields
    assert (await connected.perform("draft", model=model)).value.count("nick") == 1
    assert [(entry.verb, entry.subject) for entry in connected.trail()][-1] == ("version", model)


async def test_every_version_is_listed_newest_first_with_what_changed(connected, models) -> None:
    await connected.perform("accept", model=USER, source=await with_field(connected, USER))
    newest, first = (await connected.perform("versions", model=USER)).value
    assert (newest.version, newest.current, newest.kept, newest.verdict) == ("1.1.0", True, True, "compatible")
    assert [change.path for change in newest.changes] == ["/nick"]
    assert (first.version, first.current, first.changes) == ("1.0.0", False, ())


async def test_any_two_versions_are_compared_in_either_direction(connected, models) -> None:
    source = "class User(Base):\n    full_name: str\n"
    await connected.perform("accept", model=USER, source=source, anyway=True)
    forth = (await connected.perform("compare", model=USER, older="1.0.0", newer="2.0.0")).value
    assert (forth.mode, forth.verdict) == ("backward", "incompatible")
    assert forth.renames == (("/name", "/full_name"),)
    back = (await connected.perform("compare", model="User", older="2.0.0", newer="1.0.0")).value
    assert (back.model, back.verdict) == (USER, "incompatible")


async def test_versions_that_are_not_there_or_not_whole_say_which_are(connected, models) -> None:
    models.max_version_history = 1
    await connected.perform("accept", model=USER, source=await with_field(connected, USER))
    with pytest.raises(ActionError, match=r"User has no version 9\.0\.0; there are: 1\.0\.0, 1\.1\.0"):
        await connected.perform("compare", model=USER, older="9.0.0", newer="1.1.0")
    with pytest.raises(ActionError, match=r"User 1\.0\.0 is too old: only its number"):
        await connected.perform("compare", model=USER, older="1.0.0", newer="1.1.0")
    with pytest.raises(ActionError, match=r"1\.0\.0 is too old"):
        await connected.perform("rollback", model=USER, version="1.0.0")
    assert [view.kept for view in (await connected.perform("versions", model=USER)).value] == [True, False]


async def test_a_change_that_the_mode_refuses_needs_anyway(connected, models) -> None:
    source = "class User(Base):\n    name: int\n"
    assert (await propose(connected, source)).comparison.verdict == "incompatible"  # type: ignore[union-attr]
    with pytest.raises(ActionError, match="backward refuses this change"):
        await connected.perform("accept", model=USER, source=source)
    assert models[USER].model_class is User
    assert (await connected.perform("accept", model=USER, source=source, anyway=True)).value == "2.0.0"


@pytest.mark.parametrize(
    ("version", "said"),
    [("1.0.0", "does not follow 1.0.0: give 1.1.0"), ("1.0.1", "too low"), ("two", "is no semantic version")],
)
async def test_a_version_that_does_not_follow_is_refused(connected, models, version, said) -> None:
    source = await with_field(connected, USER)
    with pytest.raises(ActionError, match=said):
        await connected.perform("accept", model=USER, source=source, version=version)
    assert (await connected.perform("accept", model=USER, source=source, version="3.0.0")).value == "3.0.0"


async def test_a_validator_alone_is_a_patch_since_no_schema_tells_of_it(connected, models) -> None:
    source = (
        "from pydantic import field_validator\n\n"
        "class User(Base):\n    name: str\n\n"
        "    @field_validator('name')\n    def short(cls, value):\n"
        "        assert len(value) < 9\n        return value\n"
    )
    assert (await propose(connected, source)).version == "1.0.1"
    assert (await connected.perform("accept", model=USER, source=source)).value == "1.0.1"
    with pytest.raises(ValueError, match="assert"):
        models.instantiate(USER, {"id": 1, "name": "far too long a name"})


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("class User(Base):\n    name: str =\n", "line 2: invalid syntax"),
        ("x = 1\n1 / 0\n", "line 2: ZeroDivisionError: division by zero"),
        ("def f():\n    raise SystemExit(3)\n\nf()\n", "line 2: SystemExit: 3"),
        ("\n\nclass User(Base):\n    name: Nowhere\n", "Nowhere"),
        ("x = 1\n", "it defines no model: write a class that builds on BaseModel"),
        ("User = Base\n", "it defines no model"),
        ("\0", "null bytes"),
        ("", "it defines no model"),
        ("from nowhere import Base\n", "line 1: ModuleNotFoundError: No module named 'nowhere'"),
    ],
)
async def test_broken_source_is_a_problem_with_its_line_and_leaves_nothing(connected, models, source, said) -> None:
    modules = set(sys.modules)
    proposal = await propose(connected, source)
    assert proposal.comparison is None
    assert said in proposal.problems[0]
    with pytest.raises(ActionError):
        await connected.perform("accept", model=USER, source=source)
    assert models[USER].version == "1.0.0"
    assert not {name for name in set(sys.modules) - modules if "authored" in name}


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ("class Other(Base):\n    a: int\n\nclass User(Base):\n    name: str\n    b: int = 0\n", "b"),
        ("class First(Base):\n    a: int\n\nclass Last(Base):\n    name: str\n    c: int = 0\n", "c"),
        ("class Money(BaseModel):\n    x: int\n\nclass User(Base):\n    name: str\n    d: Money | None = None\n", "d"),
    ],
)
async def test_of_several_models_the_one_of_its_name_counts_else_the_last(connected, models, source, field) -> None:
    await connected.perform("accept", model=USER, source=source)
    assert field in models[USER].model_class.model_fields


async def test_a_loop_that_never_ends_is_ended_at_its_line_and_holds_nobody_up(
    connected, models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xregistry_tui.actions.authoring.LONGEST", 0.3)
    longest, done = 0.0, asyncio.Event()

    async def breathe() -> None:
        nonlocal longest
        while not done.is_set():
            before = time.monotonic()
            await asyncio.sleep(0)
            longest = max(longest, time.monotonic() - before)

    breathing = asyncio.ensure_future(breathe())
    proposing = asyncio.ensure_future(propose(connected, "n = 0\nwhile True:\n    n += 1\n"))
    reads = [await connected.perform("versions", model=model) for model in (USER, ORDERS, PLACE)]
    assert (connected.children("models.shop"), len(reads)) != ((), 0)
    proposal = await proposing
    done.set()
    await breathing
    assert proposal.problems[0].startswith(("line 2: TimeoutError", "line 3: TimeoutError"))
    assert "does a loop never end?" in proposal.problems[0]
    assert longest < 0.25


async def test_source_that_cannot_be_ended_is_not_waited_for(connected, models, monkeypatch) -> None:
    monkeypatch.setattr(beside, "LONGEST", -0.9)  # what is waited for is a second more
    proposal = await propose(connected, "import threading\nthreading.Event().wait(3)\n")
    assert "its thread cannot be stopped" in proposal.problems[0]
    assert (await connected.perform("versions", model=USER)).value[0].version == "1.0.0"


async def test_rolling_back_makes_the_old_schema_the_newest_version(connected, models) -> None:
    await connected.perform("accept", model=USER, source=await with_field(connected, USER))
    result = await connected.perform("rollback", model=USER, version="1.0.0")
    assert (result.value, result.said) == ("1.2.0", "User 1.1.0 → 1.2.0, as 1.0.0 was")
    assert models[USER].model_class is User
    with pytest.raises(ActionError, match=r"User is at 1\.2\.0: name an earlier version"):
        await connected.perform("rollback", model=USER, version="1.2.0")
    with pytest.raises(ActionError, match=r"has no version 7\.0\.0; there are: 1\.0\.0, 1\.1\.0, 1\.2\.0"):
        await connected.perform("rollback", model=USER, version="7.0.0")


async def test_a_migration_that_was_run_is_noted(connected, models) -> None:
    await connected.perform("accept", model=USER, source=await with_field(connected, USER))
    await connected.perform("mark_applied", model=USER, version="1.1.0")
    newest = (await connected.perform("versions", model=USER)).value[0]
    assert newest.applied_at is not None
    assert (connected.trail()[-1].verb, connected.trail()[-1].subject) == ("applied", USER)
    with pytest.raises(ActionError, match=r"no step to version 9\.9\.9"):
        await connected.perform("mark_applied", model=USER, version="9.9.9")


async def test_what_a_person_made_of_a_discovered_model_survives_discovery_until_the_data_changes(
    connected, models, shop: Path
) -> None:
    await connected.perform("accept", model=ORDERS, source=await with_field(connected, ORDERS))
    await connected.perform("discover", resource="shop")
    assert models[ORDERS].version == "1.1.0"
    await connected.perform("rollback", model=ORDERS, version="1.0.0")
    await connected.perform("discover", resource="shop")
    assert models[ORDERS].version == "1.2.0"
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute("ALTER TABLE orders ADD COLUMN note TEXT")
    await connected.perform("discover", resource="shop")
    assert (models[ORDERS].version, "note" in models[ORDERS].model_class.model_fields) == ("1.3.0", True)


@pytest.mark.parametrize("verb", ["draft", "propose", "accept", "rollback", "mark_applied"])
async def test_who_may_not_update_a_model_writes_no_version_and_runs_no_source(connected, models, verb) -> None:
    analyst = LocalSession(connected._workspace, "analyst")
    assert (await analyst.perform("versions", model=USER)).value[0].version == "1.0.0"
    source = "import sys\nsys.modules['xregistry_was_run'] = sys\n"
    with pytest.raises(Refused, match=f"role analyst lacks UPDATE on {USER}"):
        await analyst.perform(verb, model=USER, source=source, version="1.0.0")
    assert "xregistry_was_run" not in sys.modules


async def test_a_model_that_is_not_there_is_said(connected: LocalSession) -> None:
    for verb in (action.verb for action in versions.ACTIONS):
        with pytest.raises(ActionError, match=r"nothing is registered as 'models\.nope'"):
            await connected.perform(verb, model="models.nope", **dict.fromkeys(_more(verb), "1.0.0"))


def _more(verb: str) -> tuple[str, ...]:
    return {
        "compare": ("older", "newer"),
        "propose": ("source",),
        "accept": ("source",),
        "rollback": ("version",),
        "mark_applied": ("version",),
    }.get(verb, ())
