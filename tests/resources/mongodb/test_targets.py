"""Which targets are understood, and that no secret in them is ever shown."""

from __future__ import annotations

import pytest

from xregistry_tui.resources import ResourceFactory
from xregistry_tui.resources.base import UnknownTarget
from xregistry_tui.resources.mongodb.targets import target


@pytest.mark.parametrize(
    ("url", "location", "password"),
    [
        ("mongodb://localhost/shop", "mongodb://localhost/shop", None),
        ("MONGODB://localhost:27018/shop", "mongodb://localhost:27018/shop", None),
        ("mongodb://u:p@h/shop", "mongodb://u@h/shop", "p"),
        ("mongodb://u:p%40x@h1:1,h2:2/shop?replicaSet=r", "mongodb://u@h1:1,h2:2/shop", "p@x"),
        ("mongodb://u:p@ss/w?rd@h/shop", "mongodb://u@h/shop", "p@ss/w?rd"),
        ("mongodb://[::1]:27017/shop", "mongodb://[::1]:27017/shop", None),
        ("mongodb+srv://u:p@cluster.example.org/shop?w=1", "mongodb+srv://u@cluster.example.org/shop", "p"),
        ("mongodb://h/shop?authMechanismProperties=AWS_SESSION_TOKEN:t", "mongodb://h/shop", None),
        ("mongodb://u:p@h/shop?appName=@x@", "mongodb://u@h/shop", "p"),
    ],
)
def test_urls(url: str, location: str, password: str | None) -> None:
    found = target({"url": url})
    assert (found.location, found.password) == (location, password)
    assert "p@" not in repr(found)
    assert found.url.startswith(found.scheme + "://")
    resource = ResourceFactory.from_url(url)
    assert (resource.get_type(), resource.name, resource.metadata.location) == ("mongodb", "shop", location)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "mongodb://u:hidden@localhost"}, "names no database"),
        ({"url": "mongodb://localhost/a.b"}, "cannot be the name of a database"),
        ({"url": "mongodb:///shop"}, "hosts of a MongoDB target cannot be read"),
        ({"url": "mongodb://u:hidden@h:99999999/x"}, "hosts of a MongoDB target cannot be read"),
        ({"url": "http://localhost/x"}, "begins with mongodb://"),
        ({}, "needs the URL"),
        ({"url": "mongodb://h/x", "colour": "red"}, "knows no option colour"),
        ({"url": "mongodb://h/x", "connection_string": "mongodb://h/y"}, "two connection strings"),
    ],
)
def test_others_are_refused_with_what_to_do(options: dict[str, str], said: str) -> None:
    with pytest.raises(UnknownTarget, match=said) as refused:
        ResourceFactory.create("mongodb", **options)
    assert refused.value.hint
    assert "hidden" not in str(refused.value)


def test_what_the_settings_say_wins() -> None:
    found = target({"url": "mongodb://u:p@h/a", "database": "b", "user": "v", "password": "q"})
    assert (found.location, found.password) == ("mongodb://v@h/b", "q")
