"""PostgreSQL: read-only connections, the catalogue, records and change counters of one database."""

from __future__ import annotations

from xregistry_tui.resources.postgresql.resource import PostgresqlResource

__all__ = ["PostgresqlResource"]
