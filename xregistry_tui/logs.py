"""The log: a rotating file in the user's state folder, opened at the first record; nothing ever goes to the screen."""

from __future__ import annotations

import io
import logging
import logging.handlers
from pathlib import Path

from xregistry_tui.config.masking import mask_text
from xregistry_tui.config.places import state_folder

LOGGER = "xregistry_tui"
FILES, BYTES = 5, 1_000_000


def log_file() -> Path:
    """Where the log is, whether or not anything was written yet."""
    return state_folder() / "xreg-tui.log"


def set_up(level: int = logging.INFO) -> None:
    """Send what the program and its libraries say to the log; a second call changes nothing.

    Where the file cannot be written nothing is: a log must not end the work that it tells of.
    """
    root = logging.getLogger()
    if any(isinstance(handler, _QuietFile) for handler in root.handlers):
        return
    handler = _QuietFile(log_file(), maxBytes=BYTES, backupCount=FILES - 1, encoding="utf-8", delay=True)
    handler.setFormatter(_Masked("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(LOGGER).setLevel(level)
    logging.captureWarnings(True)


def tear_down() -> None:
    """Close the log and leave logging as it was."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _QuietFile)]:
        root.removeHandler(handler)
        handler.close()
    logging.captureWarnings(False)


class _Masked(logging.Formatter):
    """Masks secrets in the whole record, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_text(super().format(record))


class _QuietFile(logging.handlers.RotatingFileHandler):
    def _open(self) -> io.TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        """A record that cannot be written is dropped."""
