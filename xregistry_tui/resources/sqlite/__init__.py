"""SQLite files: opened without leaving a trace, read in a thread of their own.

    file.py        what the file is now: stamps, conditions, which way of opening leaves nothing behind
    connection.py  open, bound, translate errors · reader.py where it runs
    catalogue.py   tables and columns · declared.py what a CREATE statement says · kinds.py what is declared and stored
    look.py        types of the first and last rows · shapes.py → Shape
    figures.py     the SQL of figures · profile.py sample.py → Profile · records.py → Page

The driver is imported when a resource connects.
"""

from __future__ import annotations

from xregistry_tui.resources.sqlite.resource import SqliteResource

__all__ = ["SqliteResource"]
