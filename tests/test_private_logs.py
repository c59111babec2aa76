"""Whoever words a log line, no phone number is in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from app import private_logs

NUMBER = "+819087654321"


@pytest.fixture(autouse=True)
def private() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    private_logs.install()
    yield
    logging.setLogRecordFactory(before)


def test_messages_and_arguments(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("somebody.else")
    log.warning("called by %s", NUMBER)
    log.warning("called by %(caller)s", {"caller": NUMBER})
    log.warning({"caller": NUMBER})
    assert [record.getMessage() for record in caplog.records] == [
        "called by +8190****4321",
        "called by +8190****4321",
        "{'caller': '+8190****4321'}",
    ]


def test_tracebacks(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(f"no such number: {NUMBER}")
    except ValueError:
        logging.getLogger(__name__).exception("it failed")
    assert "ValueError: no such number: +8190****4321" in caplog.text
    assert "87654321" not in caplog.text


def test_access_logs_lose_what_was_searched_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    line = '127.0.0.1 "GET /deliveries/?recipient=０９０%E3%80%80 HTTP/1.1" 200 "http://x/?q=0 9 0"'
    logging.getLogger("gunicorn.access").info("%(line)s", {"line": line})
    assert caplog.messages == ['127.0.0.1 "GET /deliveries/?… HTTP/1.1" 200 "http://x/?… 9 0"']


def test_a_line_that_cannot_be_worded_is_left_to_logging(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = logging.StreamHandler()
    log = logging.Logger("alone")
    log.addHandler(handler)
    log.warning("%d calls", "many")
    assert "--- Logging error ---" in capsys.readouterr().err


def test_installed_twice_it_masks_once() -> None:
    first = logging.getLogRecordFactory()
    private_logs.install()
    assert logging.getLogRecordFactory() is first
