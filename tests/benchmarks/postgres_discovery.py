"""How long a PostgreSQL database of 1,000 tables takes to connect, to list, and to become shapes and models; and what
one question for changes costs.

    python -m tests.benchmarks.postgres_discovery [tables]
"""

from __future__ import annotations

import asyncio
import sys
import time

from tests.engines import postgres
from xregistry_tui.resources import ResourceFactory
from xregistry_tui.xregistry import XRegistry

COLUMNS = ", ".join(
    f"c{number} {type_}" for number, type_ in enumerate(("text", "int", "numeric(10,2)", "timestamptz", "bool") * 4)
)


def script(tables: int) -> str:
    """Tables of 21 columns, each with a key, a check, a unique set and a reference; every tenth with a document."""
    made = ["CREATE TYPE mood AS ENUM ('a', 'b');"]
    for number in range(tables):
        parent = f", parent int REFERENCES t{number - 1}" if number else ""
        document = ", doc jsonb" if number % 10 == 0 else ""
        made.append(
            f"CREATE TABLE t{number} (id int PRIMARY KEY, {COLUMNS}, m mood, UNIQUE (c0, c1), CHECK (c1 > 0)"
            f"{parent}{document});"
        )
        if document:
            made.append(f"INSERT INTO t{number} (id, doc) SELECT g, '{{\"a\": 1}}' FROM generate_series(1, 200) g;")
    return "\n".join(made)


async def measure(url: str) -> None:
    """Print each step's seconds."""
    resource, registry = ResourceFactory.from_url(url), XRegistry()
    began = time.perf_counter()
    await resource.connect()
    connected = time.perf_counter()
    names = await resource.list_collections_or_tables()
    listed = time.perf_counter()
    shapes = [shape async for shape in resource.shapes(names)]
    shaped = time.perf_counter()
    for shape in shapes:
        registry.models.register_discovered(shape, resource=resource.name)
    registered = time.perf_counter()
    steps = {"connect": connected - began, "list": listed - connected, "shapes": shaped - listed}
    steps |= {"models": registered - shaped, "in all": registered - began}
    print(f"{len(names)} tables:", ", ".join(f"{step} {seconds:.2f} s" for step, seconds in steps.items()))
    again = (("tokens", resource.change_tokens), ("tokens again, unchanged", resource.change_tokens))
    for what, ask in (*again, ("list again", resource.list_collections_or_tables)):
        started = time.perf_counter()
        await ask()
        print(f"{what}: {(time.perf_counter() - started) * 1000:.0f} ms")
    await resource.close()


def main() -> None:
    """Start a server, fill it, measure."""
    server = postgres.start()
    try:
        asyncio.run(measure(server.fresh(script(int((sys.argv[1:] or ["1000"])[0]))).url))
    finally:
        server.kept.stop()


if __name__ == "__main__":
    main()
