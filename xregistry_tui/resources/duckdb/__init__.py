"""CSV, Parquet and Arrow files and DuckDB databases, read by DuckDB in memory and in a thread (extra `files`).

    sources.py    which files, under which names · dialect.py what a CSV file was found to be
    relation.py   the SQL that reads a collection · reader.py the thread that does
    connection.py bounded, closed to everything but those files, errors as conditions
    kinds.py      → Shape · statements.py the SQL of figures · profile.py footers.py → Profile · records.py → Page

The driver is imported when a resource connects.
"""

from __future__ import annotations

from xregistry_tui.resources.duckdb.resource import DuckdbResource

__all__ = ["DuckdbResource"]
