"""Where a target leads: URLs, words, services, variables; and what of it may be shown."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.resources import ResourceFactory
from xregistry_tui.resources.base import UnknownTarget
from xregistry_tui.resources.postgresql.files import password
from xregistry_tui.resources.postgresql.reaching import reach
from xregistry_tui.resources.postgresql.targets import parameters_of

NOTHING: dict[str, str] = {}


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("postgresql://ana@db/shop", "postgresql://ana@db:5432/shop"),
        ("postgres://ana:secret@db:6000/shop", "postgresql://ana@db:6000/shop"),
        ("postgresql://ana@[::1]:5433/shop", "postgresql://ana@[::1]:5433/shop"),
        ("postgresql://ana@a:1,b:2/shop", "postgresql://ana@a:1,b:2/shop"),
        ("postgresql://ana@a,b/shop?port=7", "postgresql://ana@a:7,b:7/shop"),
        ("postgresql://ana@/shop?host=/run/pg&port=7", "postgresql://ana@/shop?host=/run/pg&port=7"),
        ("postgresql://ana@%2Frun%2Fpg/shop", "postgresql://ana@/shop?host=/run/pg&port=5432"),
        ("postgresql://ana@/shop", "postgresql://ana@:5432/shop"),
        ("postgresql://ana%40work@db/a%2Fb", "postgresql://ana%40work@db:5432/a%2Fb"),
        ("postgresql://db/shop?user=ana&password=secret", "postgresql://ana@db:5432/shop"),
        ("host=db port=6000 user=ana dbname='my shop' password=secret", "postgresql://ana@db:6000/my%20shop"),
        ("postgresql://ana@db", "postgresql://ana@db:5432/ana"),
    ],
)
def test_targets(target: str, location: str) -> None:
    assert reach({"url": target}, NOTHING).location == location


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_a_password_of_any_characters_is_read_and_never_shown(secret: str) -> None:
    escaped = secret.replace("\\", "\\\\").replace("'", "\\'")
    for target in (f"postgresql://ana:{quote(secret, safe='')}@db/shop", f"host=db user=ana password='{escaped}'"):
        found = reach({"url": target}, NOTHING)
        assert found.password == secret
        assert "password" not in repr(found)


def test_a_password_with_an_at_sign_that_nobody_encoded_is_read() -> None:
    assert parameters_of("postgresql://ana:p@ss@db/shop")["password"] == "p@ss"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("postgresql://ana:50%off@db/shop", "two hexadecimal digits"),
        ("postgresql://db:x/shop", "not a number from 1 to 65535"),
        ("postgresql://db:70000/shop", "not a number from 1 to 65535"),
        ("postgresql://a,b/shop?port=1,2,3", "2 hosts and 3 ports"),
        ("postgresql://db/shop?sslmod=require", "did you mean sslmode"),
        ("postgresql://db/shop?password_command=rm", "knows no parameter “password_command”"),
        ("postgresql://db/shop?channel_binding=require", "cannot be promised"),
        ("postgresql://db/shop?require_auth=scram-sha-256", "cannot be promised"),
        ("postgresql://db/shop?sslmode=sometimes", "no sslmode “sometimes”"),
        ("postgresql://db/shop?connect_timeout=soon", "not a number of seconds"),
        ("host=db secret words", "cannot be read"),
    ],
)
def test_wrong_targets_are_refused_with_what_to_do_and_without_the_secret(target: str, said: str) -> None:
    with pytest.raises(UnknownTarget, match=said) as refused:
        reach({"url": target}, NOTHING)
    assert refused.value.hint
    assert "50%off" not in str(refused.value)


def test_what_is_more_specific_wins() -> None:
    variables = {"PGHOST": "far", "PGUSER": "eve", "PGDATABASE": "old", "PGPASSWORD": "v", "PGSSLMODE": "require"}
    found = reach({"url": "postgresql://ana@db/shop", "database": "other", "port": 7}, variables)
    assert found.location == "postgresql://ana@db:7/other"
    assert (found.password, found.tls) == ("v", {"sslmode": "require"})
    assert reach({}, variables).location == "postgresql://eve@far:5432/old"


def test_database_url_is_used_where_nothing_else_says_where() -> None:
    general = {"DATABASE_URL": "postgres://ana:x@db/shop", "PGUSER": "eve"}
    assert reach({}, general).location == "postgresql://ana@db:5432/shop"
    assert reach({}, {**general, "PGHOST": "far"}).location == "postgresql://eve@far:5432/eve"
    assert reach({"host": "here"}, general).location == "postgresql://eve@here:5432/eve"
    assert reach({"user": "u"}, {"DATABASE_URL": "mysql://x/y"}).location == "postgresql://u@:5432/u"


def test_a_service_by_name(tmp_path: Path, home: Path) -> None:
    (home / ".pg_service.conf").write_text("# ours\n[other]\nhost=no\n[shop]\nhost = db\nport=7\npassword= a;b#c%\n")
    found = reach({"url": "postgresql://ana@/x?service=shop"}, NOTHING)
    assert (found.location, found.password) == ("postgresql://ana@db:7/x", "a;b#c%")
    assert reach({"user": "ana"}, {"PGSERVICE": "shop"}).location == "postgresql://ana@db:7/ana"
    elsewhere = tmp_path / "services"
    elsewhere.write_text("[far]\nhost=far\nuser=eve\n")
    assert reach({"service": "far"}, {"PGSERVICEFILE": str(elsewhere)}).location == "postgresql://eve@far:5432/eve"
    with pytest.raises(UnknownTarget, match="no PostgreSQL service “gone”"):
        reach({"service": "gone"}, NOTHING)


def test_passwords_of_a_pgpass(home: Path) -> None:
    path = home / ".pgpass"
    lines = [r"db:5432:shop:ana:a\:b\\c", "localhost:*:*:ana:socket", "*:*:*:eve:any", "# db:*:*:*:no", "short:line"]
    path.write_text("\n".join(lines))
    path.chmod(0o600)
    assert password(path, [("db", 5432)], "shop", "ana").password == r"a:b\c"
    assert password(path, [("/run/pg", 7)], "x", "ana").password == "socket"
    assert password(path, [("db", 1), ("q", 2)], "x", "eve").password == "any"
    assert password(path, [("db", 1)], "shop", "ana").password is None
    path.chmod(0o640)
    found = password(path, [("db", 5432)], "shop", "ana")
    assert found.password is None
    assert "chmod 600" in found.note


def test_what_changes_nothing_here_is_no_error() -> None:
    words = "application_name=x&keepalives=1&gssencmode=prefer&channel_binding=prefer&client_encoding=latin1"
    assert reach({"url": f"postgresql://ana@db/shop?{words}"}, NOTHING).location == "postgresql://ana@db:5432/shop"


def test_options_for_the_server() -> None:
    found = reach({"options": r"-c geqo=off --work-mem=4\ MB -cjit=off"}, NOTHING)
    assert found.settings == {"geqo": "off", "work_mem": "4 MB", "jit": "off"}


def test_the_factory_takes_the_words_of_the_specification() -> None:
    made = ResourceFactory.create("PostgreSQL", connection_string="postgresql://ana:x@db", database="shop")
    assert (made.get_type(), made.name) == ("postgresql", "shop")
    assert made.metadata.location == "postgresql://ana@db:5432/shop"
    assert ResourceFactory.from_url("postgres://ana@db/shop", name="store").name == "store"
    with pytest.raises(UnknownTarget, match="two connection strings"):
        ResourceFactory.create("postgresql", url="postgresql://a", connection_string="postgresql://b")
    with pytest.raises(UnknownTarget, match="knows no option colour"):
        ResourceFactory.create("postgresql", colour="red")


def test_a_secret_is_in_nothing_that_may_be_shown() -> None:
    made = ResourceFactory.create("postgresql", url="postgresql://ana:hush@db/shop?sslpassword=hush2")
    assert "hush" not in repr(made) + str(made.metadata) + repr(made._reach)
