"""Which tables changed: the server's own counters, all read at once.

A writer's counts arrive up to some seconds after its commit (before version 15 when it asks next): a change is noticed
late, never missed, since the counts that come later differ from those that were read before a look. In doubt, a table
changed: after a crash, a reset of the counters, a rewrite, a truncation, another declaration.
"""

# ruff: noqa: S608 - only parts of our own are put together
from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

import asyncpg

from xregistry_tui.resources.postgresql import statements
from xregistry_tui.resources.postgresql.catalogue import collection_name

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.connection import Asker

# on a standby nothing is counted: it changed when anything was replayed
_SERVER = """
    SELECT current_setting('track_counts')::bool OR pg_is_in_recovery(),
           concat_ws('|', pg_postmaster_start_time(), pg_stat_get_db_stat_reset_time(d.oid),
                     CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END)
    FROM pg_database AS d WHERE d.datname = current_database()"""

# the records of a table are those of its partitions and heirs too; those of foreign ones are counted by nobody here
_TABLES = f"""
    WITH RECURSIVE tree(root, oid) AS (
        SELECT c.oid, c.oid FROM {statements.FROM}
        WHERE c.relkind IN ('r', 'p', 'm') AND {statements.READABLE}
        UNION SELECT tree.root, i.inhrelid FROM tree JOIN pg_inherits AS i ON i.inhparent = tree.oid
    ), counted AS (
        SELECT tree.root, bool_or(c.relkind = 'f') AS elsewhere,
               string_agg(concat_ws(':', c.oid, c.relfilenode, pg_stat_get_tuples_inserted(c.oid),
                   pg_stat_get_tuples_updated(c.oid), pg_stat_get_tuples_deleted(c.oid)), ',' ORDER BY c.oid) AS counts
        FROM tree JOIN pg_class AS c ON c.oid = tree.oid GROUP BY tree.root
    )
    SELECT n.nspname, c.relname, counted.counts, {statements.STAMP_OF}
    FROM counted JOIN pg_class AS c ON c.oid = counted.root JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE NOT counted.elsewhere"""


async def tokens(ask: Asker) -> Mapping[str, Hashable]:
    """A token for each table that is counted; views, foreign tables and what may not be asked have none."""
    try:
        async with ask.apart():
            (counted, server), *_ = await ask.quiet(_SERVER)
            rows = await ask.quiet(_TABLES) if counted else []
    except asyncpg.InsufficientPrivilegeError:
        return {}
    return {collection_name(schema, name): _short(server, counts, stamp) for schema, name, counts, stamp in rows}


def whole(found: Mapping[str, Hashable]) -> Hashable | None:
    """One token for all tables; `None` where none is counted."""
    return _short(*(f"{name}={token!r}" for name, token in sorted(found.items()))) if found else None


def _short(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "backslashreplace"), digest_size=12).hexdigest()
