"""Every key of the specification's settings does something: change it, and see the program behave otherwise.

Each test names the keys whose effect it shows; the last tests hold that no key is without one.
"""

from __future__ import annotations

import asyncio
import datetime
import sqlite3
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from tests.enrichment.engine import ListEngine, StillClock
from tests.packages import PRODUCT, SPEC, forgotten, write
from tests.test_config import SPEC_BLOCK
from xregistry_tui import xregistry
from xregistry_tui.actions.base import Refused
from xregistry_tui.cli.opening import Code, Opened, open_session
from xregistry_tui.config import packaged
from xregistry_tui.config.model import ALIASES, Settings, flat
from xregistry_tui.core.models import NotKept
from xregistry_tui.enrichment import EnrichedRegistry
from xregistry_tui.enrichment.live import Live
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.workspace import open_workspace
from xregistry_tui.xregistry import XRegistry, configure

NOON = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
SHOWN: set[str] = set()
"""The keys whose effect some test shows."""


def shows(*keys: str) -> Callable[[Any], Any]:
    """Mark a test with the settings whose effect it shows."""
    SHOWN.update(keys)
    return lambda test: test


class User(BaseModel):
    name: str


class Longer(User):
    nick: str = ""


class Longest(Longer):
    age: int = 0


def total() -> int:
    return 1


def settings(**keys: Any) -> Settings:
    """Settings with some keys changed: `registry__types__allow_override=True`."""
    values: dict[str, Any] = {}
    for key, value in keys.items():
        *tables, name = key.split("__")
        table = values
        for part in tables:
            table = table.setdefault(part, {})
        table[name] = value
    return Settings.model_validate(values)


class Moments:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime.datetime:
        return self.now


def configured(clock: Moments | None = None, **keys: Any) -> XRegistry:
    """A registry that works as settings say."""
    registry = XRegistry(clock=clock or Moments())
    configure(registry, settings(**keys))
    return registry


# [registry]


@shows("registry.namespace_prefix")
def test_paths_are_shown_and_found_under_the_prefix() -> None:
    registry = configured(registry__namespace_prefix="acme")
    registry.models.register_static_model(User, namespace="auth")
    assert str(registry.ns.models.auth.User) == "acme.models.auth.User"
    assert registry.models.find_by_namespace("acme.models.auth.*") == [registry.models["User"]]
    assert registry.models.get_by_namespace("ns.models.auth.User") is None


# [registry.functions]


@shows("registry.functions.default_permissions")
async def test_what_everyone_may_do_with_a_function() -> None:
    for words, allowed in ((["execute"], True), (["view"], False), ([], False)):
        functions = configured(registry__functions__default_permissions=words).functions
        functions.register(total, namespace="pricing")
        assert functions.check_access("total", "execute", "anyone") is allowed
        if allowed:
            assert await functions.execute("total", role="anyone") == 1
        else:
            with pytest.raises(PermissionError, match="role anyone lacks EXECUTE"):
                await functions.execute("total", role="anyone")


@shows("registry.functions.track_execution")
def test_calls_are_counted_or_not() -> None:
    for tracked in (True, False):
        function = configured(registry__functions__track_execution=tracked).functions.register(total, namespace="a")
        function()
        assert (function.call_count, len(function.history)) == ((1, 1) if tracked else (0, 0))


@shows("registry.functions.track_performance")
def test_durations_are_kept_or_not() -> None:
    for tracked in (True, False):
        function = configured(registry__functions__track_performance=tracked).functions.register(total, namespace="a")
        function()
        assert (function.history[0].duration_ms is not None) is tracked


@shows("registry.functions.max_call_history")
def test_so_many_calls_are_remembered() -> None:
    function = configured(registry__functions__max_call_history=2).functions.register(total, namespace="a")
    for _ in range(5):
        function()
    assert (function.call_count, len(function.history)) == (5, 2)


@shows("registry.functions.execution_timeout")
async def test_an_execution_ends_when_its_time_is_up() -> None:
    functions = configured(registry__functions__execution_timeout=0.05).functions

    async def forever() -> None:
        await asyncio.Event().wait()

    functions.register(forever, namespace="a")
    with pytest.raises(TimeoutError, match=r"took longer than 0\.05 s"):
        await functions.execute("forever")


# [registry.models]


@shows("registry.models.default_permissions")
def test_what_everyone_may_do_with_a_model() -> None:
    for words in (["read", "list"], ["list"], []):
        models = configured(registry__models__default_permissions=words).models
        models.register_static_model(User, namespace="auth")
        allowed = {word for word in ("read", "list", "create") if models.check_access("User", word, "anyone")}
        assert allowed == set(words)


@shows("registry.models.enable_versioning")
def test_earlier_versions_are_kept_whole_or_not() -> None:
    for kept in (True, False):
        models = configured(registry__models__enable_versioning=kept).models
        models.register_static_model(User, namespace="auth")
        models.update_model("User", Longer)
        first, newest = models.version_history["User"]
        assert (first.version, newest.version) == ("1.0.0", "1.1.0")
        assert (first.definition is not None) is kept


@shows("registry.models.max_version_history")
def test_so_many_versions_are_kept_whole() -> None:
    models = configured(registry__models__max_version_history=2).models
    models.register_static_model(User, namespace="auth")
    models.update_model("User", Longer)
    models.update_model("User", Longest)
    assert [version.definition is not None for version in models.version_history["User"]] == [False, True, True]
    with pytest.raises(NotKept):
        models.rollback("User", "1.0.0")


@shows("registry.models.auto_generate_ui")
def test_a_form_is_described_or_not() -> None:
    for made in (True, False):
        models = configured(registry__models__auto_generate_ui=made).models
        described = models.register_static_model(User, namespace="auth").metadata.ui_schema
        assert (described is not None) is made


# [registry.types]


def even(value: int) -> int:
    if value % 2:
        raise ValueError("is odd")
    return value


@shows("registry.types.enable_validators")
def test_the_validators_of_a_type_run_or_not() -> None:
    for run in (True, False):
        types = configured(registry__types__enable_validators=run).types
        types.register_type(Annotated[int, Field(gt=0)], name="Even")
        types.register_validator("Even", even)
        if run:
            with pytest.raises(ValueError, match="is odd"):
                types.validate("Even", 3)
        else:
            assert types.validate("Even", 3) == 3
        with pytest.raises(ValueError, match="greater than 0"):
            types.validate("Even", -2)


@shows("registry.types.validate_on_register")
def test_examples_are_checked_or_not() -> None:
    count: Any = Annotated[int, Field(gt=0)]
    with pytest.raises(ValueError, match="the example -1 is no Count"):
        configured().types.register_type(count, name="Count", examples=[-1])
    types = configured(registry__types__validate_on_register=False).types
    assert types.register_type(count, name="Count", examples=[-1]).metadata.examples == (-1,)


@shows("registry.types.allow_override")
def test_a_taken_name_is_given_away_or_not() -> None:
    for allowed in (True, False):
        types = configured(registry__types__allow_override=allowed).types
        types.register_type(Annotated[int, Field(gt=0)], name="Count")
        if allowed:
            types.register_type(Annotated[int, Field(gt=9)], name="Count")
            assert types["Count"].metadata.constraints == {"gt": 9}
        else:
            with pytest.raises(ValueError, match=r"is .* already"):
                types.register_type(Annotated[int, Field(gt=9)], name="Count")


@shows("registry.types.cache_validated_values", "registry.types.validation_cache_ttl")
@pytest.mark.parametrize(
    ("cached", "ttl", "runs"), [(True, 60, [1, 1, 2]), (True, 600, [1, 1, 1]), (False, 60, [1, 2, 3])]
)
def test_what_was_found_valid_is_remembered_for_so_long(cached: bool, ttl: int, runs: list[int]) -> None:
    clock, ran = Moments(), []
    keys = {"registry__types__cache_validated_values": cached, "registry__types__validation_cache_ttl": ttl}
    types = configured(clock, **keys).types
    types.register_type(Annotated[int, Field(gt=0)], name="Seen")
    types.register_validator("Seen", lambda value: ran.append(value) or value, name="seen", pure=True)
    counts = []
    for seconds in (0, 30, 61):
        clock.now = NOON + datetime.timedelta(seconds=seconds)
        types.validate("Seen", 1)
        counts.append(len(ran))
    assert counts == runs


# [registry.enrichment]


@pytest.fixture
async def enriched() -> AsyncIterator[Callable[..., Awaitable[tuple[EnrichedRegistry, ListEngine, StillClock]]]]:
    """Makes a registry that watches 200 orders as settings say, on a clock that stands still."""
    made: list[EnrichedRegistry] = []

    async def watching(rows: int = 200, has_token: bool = True, **keys: Any) -> tuple[Any, ListEngine, StillClock]:
        clock, registry = StillClock(), configured(**keys)
        engine = ListEngine(clock=clock, has_token=has_token)
        engine.put("orders", orders(rows))
        one = EnrichedRegistry(registry.models, registry.types, registry.functions, clock=clock, policy=registry.policy)
        made.append(one)
        await one.discover_and_register(engine)
        await one.settled()
        return one, engine, clock

    yield watching
    for one in made:
        await one.close()


def orders(rows: int) -> list[dict[str, Any]]:
    return [{"id": n, "status": ("paid", "shipped", "pending")[n % 3]} for n in range(rows)]


def counted(one: EnrichedRegistry) -> float:
    (live,) = one.lives()
    assert live.profile is not None
    return live.profile.rows.value


@shows("registry.enrichment.auto_refresh")
async def test_changed_data_is_looked_at_by_itself_or_when_asked(enriched) -> None:
    for auto, seen in ((True, 7), (False, 200)):
        one, engine, clock = await enriched(registry__enrichment__auto_refresh=auto)
        engine.put("orders", orders(7))
        await clock.advance(60)
        assert counted(one) == seen
        await one.refresh(one.lives()[0].binding.key)
        assert counted(one) == 7


@shows("registry.enrichment.refresh_interval")
async def test_where_an_engine_tells_of_no_change_figures_have_a_greatest_age(enriched) -> None:
    for interval, looks in ((300, 1), (30, 3)):
        _, engine, clock = await enriched(has_token=False, registry__enrichment__refresh_interval=interval)
        await clock.advance(75)
        assert len(engine.looks) == looks


@shows("registry.enrichment.sample_size")
async def test_so_many_records_are_previewed(enriched) -> None:
    for size in (100, 5):
        one, engine, _ = await enriched(registry__enrichment__sample_size=size)
        enrichment = await one.enrich_from_resource(engine, collection="orders")
        assert len(enrichment.sample_data) == size


@shows("registry.enrichment.statistics_sample")
async def test_figures_of_what_is_too_many_come_from_so_many_records(enriched) -> None:
    one, _, _ = await enriched(registry__enrichment__statistics_sample=50)
    live: Live = await one.refresh(one.lives()[0].binding.key, Grade.SAMPLE)
    assert live.profile is not None
    assert live.profile.n == 50


@shows("registry.enrichment.enable_categorical_detection", "registry.enrichment.categorical_threshold")
@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({}, ["status"]),
        ({"registry__enrichment__enable_categorical_detection": False}, []),
        ({"registry__enrichment__categorical_threshold": 2}, []),
        ({"registry__enrichment__categorical_threshold": 3}, ["status"]),
    ],
)
async def test_fields_of_few_values_are_found_or_not(enriched, keys: dict[str, Any], found: list[str]) -> None:
    one, engine, _ = await enriched(**keys)
    enrichment = await one.enrich_from_resource(engine, collection="orders")
    assert list(enrichment.categorical_fields) == found


@shows("registry.enable_enrichment")
async def test_live_data_is_looked_at_or_not(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
    from xregistry_tui.actions.local import LocalSession

    for looked in (True, False):
        session = LocalSession(open_workspace(settings(registry__enable_enrichment=looked)), "admin")
        await session.perform("connect", target=str(tmp_path / "shop.sqlite"))
        await session.settled()
        assert session.model("models.shop.orders") is not None
        assert bool(session.bindings()) is looked
        await session.perform("unregister", item="models.shop.orders")
        await session.perform("restore", item="models.shop.orders")
        assert bool(session.bindings()) is looked
        await session.close()


# what the command line opens: a project with models, a function, types and a database

USER_PATH, ADD, POSITIVE = "models.user.User", "functions.math.add", "types.constraint.Positive"
PROJECT = {
    **SPEC,
    "src/models/functions.py": (
        "from xregistry_tui import register_function\n\n"
        "@register_function(namespace='math')\ndef add(a, b): return a + b\n"
    ),
    "src/types/__init__.py": (
        "from typing import Annotated\nfrom pydantic import Field\n"
        "Positive = Annotated[int, Field(gt=0)]\n__all__ = ['Positive']\n"
    ),
    "shop/__init__.py": "",
    "shop/product.py": PRODUCT,
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(write(tmp_path, PROJECT))
    with closing(sqlite3.connect("shop.sqlite")) as connection, connection:
        connection.executescript("CREATE TABLE orders (id INTEGER PRIMARY KEY); CREATE TABLE tmp_old (id INTEGER);")
    with forgotten():
        yield tmp_path


@pytest.fixture
async def opened(project: Path) -> AsyncIterator[Callable[[str], Awaitable[Opened]]]:
    """Opens the project as the command line does, with its settings."""
    held: list[Opened] = []

    async def one(text: str, role: str | None = None) -> Opened:
        for earlier in held:
            await earlier.session.close()
        (project / "settings.toml").write_text(text)
        held.append(await open_session(None, {"access.role": role} if role else {}, [], Code(trust=True)))
        await held[-1].session.settled()
        return held[-1]

    yield one
    for session in held:
        await session.session.close()


CONTROL = "[registry.import_control]\n"


@shows(
    "registry.auto_discover_models",
    "registry.auto_register_functions",
    "registry.models.auto_register_on_import",
    "registry.import_control.auto_discover_on_startup",
    "registry.import_control.models_path",
    "registry.import_control.types_path",
    "registry.import_control.strict_mode",
)
@pytest.mark.parametrize(
    ("text", "there", "absent"),
    [
        (SPEC_BLOCK, {USER_PATH, ADD, POSITIVE}, {"models.user.Base"}),
        ("[registry]\nauto_discover_models = false\n", {POSITIVE}, {USER_PATH, ADD}),
        ("[registry]\nauto_discover = false\n", {POSITIVE}, {USER_PATH, ADD}),
        ("[registry]\nauto_register_functions = false\n", {USER_PATH}, {ADD}),
        ("[registry.models]\nauto_register_on_import = false\n", {ADD}, {USER_PATH}),
        (f"{CONTROL}auto_discover_on_startup = false\n", set(), {USER_PATH, ADD, POSITIVE}),
        (f"{CONTROL}models_path = 'shop'\n", {"models.product.Product", POSITIVE}, {USER_PATH, ADD}),
        (f"{CONTROL}types_path = ''\n", {USER_PATH}, {POSITIVE}),
        (f"{CONTROL}strict_mode = false\n", {USER_PATH, "models.user.Base"}, set()),
    ],
)
async def test_what_of_a_projects_code_is_registered(opened, text: str, there: set[str], absent: set[str]) -> None:
    await opened(text)
    registry = xregistry.registry
    held = {*registry.models, *registry.functions, *registry.types}
    assert there <= held
    assert not held & absent


RESOURCE = "[[resources]]\nname = 'store'\nurl = 'shop.sqlite'\n"


@shows("resources")
@pytest.mark.parametrize(
    ("more", "models"),
    [
        ("", ["models.store.orders", "models.store.tmp_old"]),
        ("exclude = ['tmp_*']\n", ["models.store.orders"]),
        ("include = ['tmp_*']\n", ["models.store.tmp_old"]),
        ("include = ['*']\nexclude = ['tmp_*']\nnamespace = 'sales.eu'\n", ["models.sales.eu.orders"]),
    ],
)
async def test_what_of_a_resource_becomes_models_and_where(opened, more: str, models: list[str]) -> None:
    one = await opened(RESOURCE + more)
    found = [path for path, model in xregistry.registry.models.models.items() if model.resource is not None]
    assert sorted(found) == models
    assert sorted(view.binding.model for view in one.session.bindings()) == models
    await one.session.perform("discover", resource="store")
    assert [path for path, model in xregistry.registry.models.models.items() if model.resource is not None] == found


@shows("resources")
async def test_a_resource_is_marked_with_its_level(opened) -> None:
    for level in ("production", "staging"):
        one = await opened(f"{RESOURCE}level = '{level}'\n")
        assert [resource.level for resource in one.session.overview().resources] == [level]


@shows("bindings")
async def test_a_model_of_ones_own_looks_at_a_collection(opened) -> None:
    one = await opened(f"{RESOURCE}[[bindings]]\nmodel = '{USER_PATH}'\nresource = 'store'\ncollection = 'orders'\n")
    view = one.session.model(USER_PATH)
    assert [binding.binding.collection for binding in view.bindings] == ["orders"]


@shows("access.role", "access.superuser_roles")
async def test_who_asks_and_who_may_all(opened) -> None:
    one = await opened("[access]\nrole = 'ops'\n")
    assert one.session.role == "ops"
    with pytest.raises(Refused, match="role ops lacks MODIFY"):
        await one.session.perform("tag", item=ADD, tags="x")
    one = await opened("[access]\nrole = 'ops'\nsuperuser_roles = ['ops']\n")
    await one.session.perform("tag", item=ADD, tags="x")
    one = await opened("[access]\nsuperuser_roles = ['root']\n", role="admin")
    with pytest.raises(Refused, match="role admin lacks MODIFY"):
        await one.session.perform("tag", item=ADD, tags="x")


# no key is without an effect

ELSEWHERE = {
    "store.url": "there is one store so far",
    "tui.theme": "tests/tui/test_themes.py",
    "tui.keymap": "tests/tui/test_app.py",
    "tui.mouse": "marked as later in settings.toml",
}


def test_every_key_of_the_specifications_block_has_a_tested_effect() -> None:
    block = flat(Settings.model_validate(_without_aliases(tomllib.loads(SPEC_BLOCK))))
    assert {key for key in block if key.startswith("registry.")} <= SHOWN


def _without_aliases(values: dict[str, Any]) -> dict[str, Any]:
    for alias in ALIASES:
        table, _, name = alias.rpartition(".")
        held = values
        for part in table.split("."):
            held = held.get(part, {})
        held.pop(name, None)
    return values


def test_every_key_has_an_effect_or_says_that_it_comes_later() -> None:
    assert set(flat(Settings())) - SHOWN == set(ELSEWHERE) - {"tui.keymap"}
    marked = [line.split(" ")[0] for line in packaged("settings.toml").read_text("utf-8").splitlines() if "# †" in line]
    assert marked == ["mouse"]
