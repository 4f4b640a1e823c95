"""What leaves the log leaves it, and no more."""

from structlog.testing import capture_logs

from services.database.sqlite import driver
from services.database.sqlite.upkeep import empty_write_ahead_log


def test_a_write_ahead_log_that_cannot_be_emptied_is_no_failure_of_what_was_committed() -> None:
    connection = driver.connect(":memory:", busy_seconds_max=0)
    connection.close()
    with capture_logs() as logs:
        empty_write_ahead_log(connection)
    assert [line["event"] for line in logs] == ["write_ahead_log_not_emptied"]
