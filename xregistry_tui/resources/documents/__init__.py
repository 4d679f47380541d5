"""Files of documents: JSON, JSON Lines, Extended JSON, packed or not, and standard input; no driver is needed.

place.py      which files, under which names · stream.py a file as bytes, unpacked
ejson.py      values as MongoDB writes them · reading.py text.py parsing.py bytes → records · trouble.py what was wrong
seeing.py     what many records hold, for a shape · look.py the first look at a file · sampling.py records by chance
tally.py      what many records hold, for figures · column.py sketches.py their values, few or many
profile.py    conclusions.py failing.py → Profile · records.py comparing.py → Page
worker.py     large files are read in a process of their own
"""

from __future__ import annotations

from xregistry_tui.resources.documents.resource import DocumentsResource

__all__ = ["DocumentsResource"]
