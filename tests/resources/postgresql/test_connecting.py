"""Ways in: roles, sockets, files of passwords, commands, tunnels, poolers, encryption; and how each is refused."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines.fixtures import MakeFresh, unavailable
from tests.engines.postgres import PASSWORD, Fresh, Postgres
from tests.engines.proxy import proxied
from tests.resources.postgresql.conftest import Opened
from xregistry_tui.cli.asking import on_terminal
from xregistry_tui.resources.base import (
    RecordQuery,
    ResourceBusy,
    ResourceDenied,
    ResourceError,
    ResourceGone,
    UnknownTarget,
)
from xregistry_tui.resources.postgresql import PostgresqlResource


@pytest.fixture
def shop(fresh: MakeFresh) -> Fresh:
    return fresh("CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders VALUES (1, 'a')")


def without_password(database: Fresh, **options: object) -> dict[str, object]:
    server = database.server
    return {"host": "127.0.0.1", "port": server.port, "user": "reader", "database": database.name, **options}


async def refused(error: type[ResourceError], said: str, **options: object) -> ResourceError:
    resource = PostgresqlResource(**options)
    with pytest.raises(error, match=said) as raised:
        await resource.connect()
    assert raised.value.hint
    assert PASSWORD not in f"{raised.value}{raised.value.__cause__}"
    return raised.value


async def test_a_socket_needs_no_network(shop: Fresh, opened: Opened) -> None:
    server = shop.server
    resource = await opened(f"postgresql://reader@/{shop.name}?host={server.sockets}&port={server.port}")
    assert await resource.list_collections_or_tables() == ["public.orders"]


async def test_each_way_to_give_a_password(
    shop: Fresh, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def connects(**options: object) -> None:
        resource = PostgresqlResource(**without_password(shop), **options)
        await resource.connect()
        await resource.close()

    await connects(password=PASSWORD)
    (tmp_path / "secret").write_text(PASSWORD + "\nmore")
    await connects(password_command=["cat", str(tmp_path / "secret")])
    escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    pgpass = home / ".pgpass"
    pgpass.write_text(f"127.0.0.1:*:*:reader:{escaped}\n")
    pgpass.chmod(0o600)
    await connects()
    pgpass.unlink()
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    await connects()


async def test_a_person_is_asked_once_and_only_when_needed(shop: Fresh, opened: Opened) -> None:
    asked: list[str] = []

    async def ask(prompt: str) -> str:
        asked.append(prompt)
        return PASSWORD

    resource = PostgresqlResource(**without_password(shop))
    resource.ask = ask
    await resource.connect()
    await resource.records(RecordQuery(collection="public.orders"))
    await resource.close()
    assert len(asked) == 1
    assert "reader" in asked[0]
    await opened(shop.url, ask=ask)
    assert len(asked) == 1


async def test_without_a_terminal_it_is_said_where_to_write_the_password(
    shop: Fresh, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(ResourceDenied, match="no terminal to ask at") as said:
            await opened("", ask=on_terminal, **without_password(shop))
    assert "PGPASSWORD" in said.value.hint


async def test_a_refused_password_says_how_to_give_one(shop: Fresh, home: Path) -> None:
    said = "refused the password of user 'reader', or got none"
    error = await refused(ResourceDenied, said, **without_password(shop))
    assert "~/.pgpass" in error.hint
    await refused(ResourceDenied, said, **without_password(shop, password="wrong"))
    (home / ".pgpass").write_text("*:*:*:*:x")
    (home / ".pgpass").chmod(0o644)
    assert "chmod 600" in (await refused(ResourceDenied, said, **without_password(shop))).hint


async def test_a_command_that_fails_is_said_and_what_it_printed_is_not(shop: Fresh) -> None:
    options = without_password(shop)
    await refused(ResourceDenied, "status 3", password_command="sh -c 'echo hush; exit 3'", **options)
    await refused(ResourceDenied, "cannot be run", password_command="/no/such/program", **options)


async def test_other_refusals(shop: Fresh) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        await refused(ResourceGone, f"no server listens at 127.0.0.1:{port}", url=f"postgresql://x@127.0.0.1:{port}/x")
    await refused(ResourceGone, "there is no host nowhere.invalid", url="postgresql://x@nowhere.invalid/x")
    await refused(ResourceGone, "there is no database 'gone'", url=shop.url.replace(shop.name, "gone"))
    await refused(ResourceBusy, "no connection left for us", url=shop.url_of("crowded"))
    await refused(ResourceDenied, "offers no encryption, and sslmode=require", url=shop.url + "?sslmode=require")
    missing = shop.url + "?sslmode=verify-full&sslrootcert=/no/such/file"
    await refused(UnknownTarget, "sslrootcert: there is no file /no/such/file", url=missing)


async def test_the_first_host_that_answers_is_taken(shop: Fresh, opened: Opened) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        server = f"127.0.0.1:{shop.server.port}"
        resource = await opened(shop.url.replace(server, f"127.0.0.1:{port},{server}"))
        assert await resource.validate_connection()


async def test_a_tunnel_lives_as_long_as_the_resource(shop: Fresh, tmp_path: Path) -> None:
    script = tmp_path / "tunnel.py"
    script.write_text(
        "import asyncio, sys\n"
        "async def pump(r, w):\n"
        "    while data := await r.read(65536): w.write(data)\n"
        "    w.close()\n"
        "async def near(r, w):\n"
        "    fr, fw = await asyncio.open_connection(sys.argv[2], int(sys.argv[3]))\n"
        "    await asyncio.gather(pump(r, fw), pump(fr, w))\n"
        "async def main():\n"
        "    async with await asyncio.start_server(near, '127.0.0.1', int(sys.argv[1])) as s: await s.serve_forever()\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, str(script), "{port}", "{host}", "{remote_port}"]
    resource = PostgresqlResource(**without_password(shop), password=PASSWORD, tunnel_command=command)
    await resource.connect()
    process = resource._door._tunnel._process
    assert await resource.list_collections_or_tables() == ["public.orders"]
    await resource.close()
    assert process.returncode is not None
    await refused(
        ResourceGone, "tunnel_command ended at once with status 4", tunnel_command="sh -c 'exit 4'",
        **without_password(shop, port=1),
    )  # fmt: skip


async def test_a_pooler_that_takes_no_settings_is_found_out(shop: Fresh, opened: Opened) -> None:
    async with proxied(shop.server.port, settings_refused=True) as proxy:
        resource = await opened(shop.url_of("reader", port=proxy.port))
        page = await resource.records(RecordQuery(collection="public.orders"))
        assert page.rows == ((1, "a"),)
        before = proxy.connections
        await resource.close()
        assert before == 2, "the first was refused, the second was not"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    if shutil.which("openssl") is None:
        unavailable("no openssl to make a certificate with")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        capture_output=True,
        check=True,
    )
    return folder


@pytest.mark.parametrize(
    ("host", "mode", "trusted", "said"),
    [
        ("127.0.0.1", "prefer", False, None),
        ("127.0.0.1", "require", False, None),
        ("127.0.0.1", "verify-ca", True, None),
        ("127.0.0.1", "verify-full", True, "certificate of 127.0.0.1"),
        ("localhost", "verify-full", True, None),
        ("localhost", "verify-full", False, "does not exist"),
    ],
)
async def test_encryption(
    shop: Fresh, certificate: Path, opened: Opened, host: str, mode: str, trusted: bool, said: str | None
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    async with proxied(shop.server.port, tls=context) as proxy:
        root = f"&sslrootcert={certificate / 'cert.pem'}" if trusted else ""
        url = shop.url_of("reader", port=proxy.port).replace("127.0.0.1", host) + f"?sslmode={mode}{root}"
        if said is None:
            assert await (await opened(url)).validate_connection()
        else:
            await refused((ResourceDenied, UnknownTarget), said, url=url)  # type: ignore[arg-type]


async def test_a_server_that_never_answers_ends_with_the_time_limit(shop: Fresh) -> None:
    async with proxied(shop.server.port) as proxy:
        proxy.hold()
        url = shop.url_of("reader", port=proxy.port) + "?connect_timeout=0.3"
        await refused(ResourceGone, r"did not answer within 0\.3 s", url=url)


def test_the_server_runs_as_nobody_special(postgres: Postgres) -> None:
    assert postgres.sql("SELECT usesuper FROM pg_user WHERE usename = 'reader'") == [["f"]]
