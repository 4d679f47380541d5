"""CSV, Parquet and Arrow files and DuckDB databases, read by DuckDB in memory and in a thread (extra `files`).

    sources.py    which files, under which names · dialect.py what a CSV file was found to be
    relation.py   the SQL that reads a collection · reader.py the thread that does
    connection.py bounded, closed to everything but those files, errors as conditions
    kinds.py      → Shape · places.py what is looked at · sampling.py all rows or some · footers.py what Parquet tells
    statements.py the SQL of one pass · counting.py that of few values · profile.py conclusions.py failing.py → Profile
    records.py    → Page

Of a large collection some figures are approximate, and say so: distinct values by HyperLogLog (never more than there
are values, and never a proof that they are unique), quartiles and histograms of 8,192 or more rows drawn by chance
(±1.1 points of rank), most frequent values only where there are at most 1,000.

The driver is imported when a resource connects.
"""

from __future__ import annotations

from xregistry_tui.resources.duckdb.resource import DuckdbResource

__all__ = ["DuckdbResource"]
