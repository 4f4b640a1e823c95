"""One line for each event: readable on a terminal, JSON anywhere else."""

import io
import logging
from collections.abc import Iterator

import orjson
import pytest
import structlog

from shared.logs import configure_logs
from shared.settings import LogSettings


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers, root.level = handlers, level


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_than_on_a_terminal_it_is_json() -> None:
    stream = io.StringIO()
    configure_logs(LogSettings(), service="ingest", stream=stream)
    structlog.get_logger().info("ready", pid=7)
    [line] = stream.getvalue().splitlines()
    event = orjson.loads(line)
    assert (event["event"], event["service"], event["level"], event["pid"]) == ("ready", "ingest", "info", 7)


def test_on_a_terminal_it_is_readable() -> None:
    stream = Terminal()
    configure_logs(LogSettings(), service="ingest", stream=stream)
    structlog.get_logger().info("ready", pid=7)
    [line] = stream.getvalue().splitlines()
    assert "ready" in line
    assert not line.startswith("{")


def test_what_is_below_the_level_is_not_shown() -> None:
    stream = io.StringIO()
    configure_logs(LogSettings(level="warning"), service="ingest", stream=stream)
    structlog.get_logger().info("chatter")
    structlog.get_logger().warning("trouble")
    assert [orjson.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["trouble"]


def failed_with(password: str, settings: LogSettings) -> str:
    stream = io.StringIO()
    configure_logs(settings, service="ingest", stream=stream)
    try:
        _ = int("why") + len(password)
    except ValueError:
        structlog.get_logger().exception("failed")
    return stream.getvalue()


def test_a_failure_is_one_line_too_with_its_traceback_in_it() -> None:
    [line] = failed_with("hunter2", LogSettings(format="json")).splitlines()
    assert orjson.loads(line)["exception"][0]["exc_type"] == "ValueError"


def test_what_was_in_hand_when_it_failed_is_nobodys_to_read() -> None:
    for settings in (LogSettings(format="json"), LogSettings(format="pretty")):
        said = failed_with("hunter2", settings)
        assert "ValueError" in said
        assert "hunter2" not in said


def test_libraries_log_the_same_way() -> None:
    stream = io.StringIO()
    configure_logs(LogSettings(), service="ingest", stream=stream)
    logging.getLogger("some.library").warning("odd: %s", 3)
    assert orjson.loads(stream.getvalue())["event"] == "odd: 3"
