"""The log: a file of its own that holds no secrets, and never a word on the screen."""

from __future__ import annotations

import logging
import warnings
from logging.handlers import RotatingFileHandler

import pytest

from xregistry_tui import logs


@pytest.fixture
def log():
    logs.set_up()
    yield logging.getLogger("xregistry_tui.test")
    logs.tear_down()


def test_the_file_is_opened_at_the_first_record(log, home):
    assert not logs.log_file().exists()
    log.info("here")
    assert logs.log_file().is_relative_to(home)
    assert "xregistry_tui.test: here" in logs.log_file().read_text("utf-8")


def test_secrets_are_masked_in_messages_and_tracebacks(log):
    try:
        raise ValueError("postgresql://ana:hunter2@db/x")
    except ValueError:
        log.exception("password=%s", "hunter3")
    text = logs.log_file().read_text("utf-8")
    assert "hunter" not in text
    assert "ValueError: postgresql://ana:•••@db/x" in text


def test_nothing_is_said_on_the_screen(log, capfd):
    log.error("quiet")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("quiet too", stacklevel=1)
    assert capfd.readouterr() == ("", "")
    assert "quiet too" in logs.log_file().read_text("utf-8")


def test_the_log_is_rotated(log, monkeypatch):
    (handler,) = (one for one in logging.getLogger().handlers if isinstance(one, RotatingFileHandler))
    monkeypatch.setattr(handler, "maxBytes", 200)
    for number in range(20):
        log.info("line %d %s", number, "x" * 60)
    kept = sorted(path.name for path in logs.log_file().parent.iterdir())
    assert kept == ["xreg-tui.log", *(f"xreg-tui.log.{n}" for n in range(1, logs.FILES))]


def test_a_folder_that_cannot_be_written_ends_nothing(home, capfd):
    (home / "state").write_text("a file where the folder should be")
    logs.set_up()
    logging.getLogger("xregistry_tui").error("lost")
    logs.tear_down()
    assert capfd.readouterr() == ("", "")
