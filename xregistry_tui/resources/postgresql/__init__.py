"""PostgreSQL: read-only connections, the catalogue, records and change counters of one database."""

from __future__ import annotations
