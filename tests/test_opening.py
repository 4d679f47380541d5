"""From settings and targets to a connected session."""

from __future__ import annotations

import sqlite3

import pytest

from tests.engines.postgres import PASSWORD
from xregistry_tui.actions.base import ActionError
from xregistry_tui.cli.commands import _named
from xregistry_tui.cli.opening import open_session
from xregistry_tui.config import SettingsError, load
from xregistry_tui.resources.base import ResourceGone, UnknownTarget


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project with a database below it; the current folder is elsewhere."""
    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data" / "shop.sqlite") as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT)")
    connection.close()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    return tmp_path


@pytest.mark.parametrize(
    "way", ["url = 'data/shop.sqlite'", "kind = 'sqlite'\noptions = { path = 'data/shop.sqlite' }"]
)
async def test_the_settings_resources_open_from_the_settings_folder(folder, way):
    (folder / "settings.toml").write_text(f"[[resources]]\nname = 'store'\n{way}\n")
    opened = await open_session(None, {}, [])
    await opened.session.settled()
    try:
        assert opened.session.resource("store").status == "live"
        assert opened.session.model("models.store.orders") is not None
    finally:
        await opened.session.close()


async def test_targets_replace_the_settings_resources(folder):
    (folder / "settings.toml").write_text("[[resources]]\nname = 'store'\nurl = 'gone.sqlite'\n")
    opened = await open_session(None, {}, [str(folder / "data" / "shop.sqlite")])
    try:
        assert [resource.name for resource in opened.session.overview().resources] == ["shop"]
    finally:
        await opened.session.close()


async def test_what_cannot_be_opened_stays_visible_beside_what_could(folder):
    opened = await open_session(None, {}, [str(folder / "data" / "shop.sqlite"), "gone.sqlite"])
    try:
        gone = opened.session.resource("gone")
        assert gone.status == "failed"
        assert "gone.sqlite" in gone.reason
    finally:
        await opened.session.close()


async def test_when_nothing_opens_the_reason_is_raised(folder):
    with pytest.raises(ResourceGone):
        await open_session(None, {}, ["gone.sqlite", "gone too.sqlite"])


async def test_an_engine_without_its_target_says_what_it_needs(folder):
    (folder / "settings.toml").write_text("[[resources]]\nname = 'a'\nkind = 'mongodb'\n")
    with pytest.raises(Exception, match="needs the URL of a database"):
        await open_session(None, {}, [])


async def test_wrong_settings_are_said_as_something_that_cannot_be_done(folder):
    (folder / "settings.toml").write_text("[tui]\nthem = 'x'\n")
    with pytest.raises(ActionError, match=r"did you mean tui\.theme"):
        await open_session(None, {}, [])


async def test_a_binding_of_the_settings_is_made_and_one_to_nothing_is_said(folder):
    binding = "[[bindings]]\nmodel = '{}'\nresource = 'store'\ncollection = 'orders'\nrefresh_interval = 60\n"
    text = "[[resources]]\nname = 'store'\nurl = 'data/shop.sqlite'\n"
    (folder / "settings.toml").write_text(text + binding.format("models.other.Nope"))
    opened = await open_session(None, {}, [])
    await opened.session.settled()
    try:
        assert [view.binding.model for view in opened.session.bindings()] == ["models.store.orders"]
        assert ("unbound", "models.other.Nope") in [(entry.verb, entry.subject) for entry in opened.session.trail()]
    finally:
        await opened.session.close()


async def test_what_the_settings_say_of_a_resource_reaches_it(folder):
    (folder / "settings.toml").write_text(
        "[[resources]]\nname = 'store'\nkind = 'sqlite'\nlevel = 'production'\nexclude = ['ord*']\n"
        "options = { path = 'data/shop.sqlite' }\n"
    )
    opened = await open_session(None, {}, [])
    try:
        held = opened.workspace.connections["store"].resource
        assert held.metadata.level == "production"
        assert await held.list_collections_or_tables() == []
    finally:
        await opened.session.close()


async def test_a_kind_takes_the_options_of_its_table(folder, fresh):
    database = fresh("CREATE TABLE orders (id int PRIMARY KEY); CREATE TABLE logs (id int)")
    server = database.server
    place = f"host = '{server.sockets}', port = {server.port}, user = 'reader', database = '{database.name}'"
    (folder / "settings.toml").write_text(
        f"[[resources]]\nname = 'store'\nkind = 'postgresql'\ninclude = ['public.orders']\noptions = {{ {place} }}\n"
    )
    opened = await open_session(None, {}, [])
    await opened.session.settled()
    try:
        assert opened.session.model("models.store.public.orders") is not None
        assert opened.workspace.connections["store"].collections == ("public.orders",)
    finally:
        await opened.session.close()


async def test_a_password_reaches_neither_the_trail_nor_a_message(folder, fresh, caplog):
    from tests.engines.postgres import PASSWORD

    database = fresh("CREATE TABLE orders (id int PRIMARY KEY)")
    opened = await open_session(None, {}, [database.url])
    await opened.session.settled()
    try:
        shown = "".join(str(record) for record in opened.workspace.trail) + caplog.text
        shown += repr(opened.workspace.connections)
        assert "reader" in shown
        assert PASSWORD not in shown
        assert database.url not in shown
    finally:
        await opened.session.close()
    with pytest.raises(Exception, match="refused the password") as refused:
        await open_session(None, {}, [database.url.replace("p%40ss", "hush")])
    assert "hush" not in f"{refused.value}{caplog.text}"


# What the settings say of a resource


async def test_a_namespace_stands_for_the_resources_name(folder):
    text = "[[resources]]\nname = 'store'\nurl = 'data/shop.sqlite'\nnamespace = 'sales.eu'\n"
    (folder / "settings.toml").write_text(text)
    opened = await open_session(None, {}, [])
    await opened.session.settled()
    try:
        assert opened.session.resource("store").status == "live"
        assert opened.session.model("models.sales.eu.orders") is not None
        assert opened.session.model("models.store.orders") is None
        await opened.session.perform("discover", resource="store")
        assert list(opened.workspace.registry.models.models) == ["models.sales.eu.orders"]
    finally:
        await opened.session.close()


async def test_two_resources_in_one_namespace_keep_what_does_not_collide(folder):
    with sqlite3.connect(folder / "data" / "other.sqlite") as connection:
        connection.execute("CREATE TABLE orders (x TEXT)")
        connection.execute("CREATE TABLE notes (x TEXT)")
    connection.close()
    text = "".join(
        f"[[resources]]\nname = '{name}'\nurl = 'data/{name}.sqlite'\nnamespace = 'all'\n" for name in ("shop", "other")
    )
    (folder / "settings.toml").write_text(text)
    opened = await open_session(None, {}, [])
    await opened.session.settled()
    try:
        assert set(opened.workspace.registry.models.models) == {"models.all.orders", "models.all.notes"}
        failed = {**opened.session.resource("shop").failed, **opened.session.resource("other").failed}
        assert list(failed) == ["orders"]
    finally:
        await opened.session.close()


def test_a_namespace_that_is_no_path_is_a_mistake_of_the_settings(folder):
    (folder / "settings.toml").write_text("[[resources]]\nname = 'a'\nurl = 'x.sqlite'\nnamespace = 'my shop'\n")
    with pytest.raises(SettingsError, match="namespace"):
        load(folder / "settings.toml", {})


async def test_include_and_exclude_choose_the_collections(folder):
    with sqlite3.connect(folder / "data" / "shop.sqlite") as connection:
        connection.executescript("CREATE TABLE tmp_a (x); CREATE TABLE order_lines (x); CREATE TABLE other (x);")
    connection.close()
    text = "[[resources]]\nname = 's'\nurl = 'data/shop.sqlite'\ninclude = ['order*', 'tmp*']\nexclude = ['tmp_*']\n"
    (folder / "settings.toml").write_text(text)
    opened = await open_session(None, {}, [])
    await opened.session.settled()
    try:
        assert opened.session.resource("s").collections == ("order_lines", "orders")
    finally:
        await opened.session.close()


async def test_a_database_is_opened_by_its_service_or_a_variable(fresh, home, monkeypatch):
    database = fresh("CREATE TABLE orders (id int PRIMARY KEY); CREATE SCHEMA log; CREATE TABLE log.lines (x int)")
    server = database.server
    (home / ".pg_service.conf").write_text(
        f"[store]\nhost=127.0.0.1\nport={server.port}\nuser=reader\ndbname={database.name}\npassword={PASSWORD}\n"
    )
    monkeypatch.setenv("STORE_URL", database.url)
    (home / "settings.toml").write_text(
        "[[resources]]\nname = 'a'\nurl = 'service=store'\nnamespace = 'wh'\nexclude = ['log.*']\n"
        "level = 'production'\n[[resources]]\nname = 'b'\nurl = '$STORE_URL'\n"
    )
    opened = await open_session(home / "settings.toml", {}, [])
    await opened.workspace.idle()
    try:
        paths = ["models.b.log.lines", "models.b.public.orders", "models.wh.public.orders"]
        assert sorted(opened.workspace.registry.models.models) == paths
        assert opened.session.resource("a").level == "production"
        shown = [opened.session.resource(name).location for name in ("a", "b")]
        assert shown[0] == shown[1] == f"postgresql://reader@127.0.0.1:{server.port}/{database.name}"
    finally:
        await opened.session.close()


async def test_a_variable_that_holds_nothing_is_named(monkeypatch):
    monkeypatch.delenv("NO_SUCH_URL", raising=False)
    monkeypatch.setenv("ANOTHER_KEY", "hunter2")
    for name in ("NO_SUCH_URL", "ANOTHER_KEY"):
        with pytest.raises(UnknownTarget, match=f"the variable {name} holds no target") as said:
            await open_session(None, {}, [f"${name}"])
        assert "hunter2" not in str(said.value)


@pytest.mark.parametrize(
    ("target", "title"),
    [
        ("data/shop.sqlite", "shop.sqlite"),
        ("postgresql://ana:hun/ter2@db/shop?password=hunter2", "shop"),
        ("service=shop", "service=shop"),
        ("postgresql://", "postgresql:"),
    ],
)
def test_what_is_opened_is_called_by_a_name_without_a_secret(target, title):
    assert _named(target) == title


def test_the_words_of_a_connection_are_named_without_the_password():
    assert "hunter2" not in _named("host=db password='hunter2 and more' dbname=shop")
