"""MongoDB: commands that only read, shapes and figures made on the server, records and changes of one database."""

from __future__ import annotations

from xregistry_tui.resources.mongodb.resource import MongodbResource

__all__ = ["MongodbResource"]
