"""Many rows in few statements, whatever their number."""

import pytest

from services.database.sqlite import driver
from services.database.sqlite.rows import insert, matching


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 31, 33, 255, 256, 257, 1000])
def test_every_number_of_rows_is_written_and_found(count: int) -> None:
    connection = driver.connect(":memory:", busy_seconds_max=0)
    connection.execute("CREATE TABLE t (x INTEGER, y TEXT)")
    rows = [(number, str(number)) for number in range(count)]
    insert(connection, "INSERT INTO t (x, y) {rows}", rows)
    assert connection.execute("SELECT x, y FROM t ORDER BY x").fetchall() == rows
    found = matching(connection, "SELECT x, y FROM t WHERE y <> ? AND x IN {values}", range(-5, count, 2), ("3",))
    connection.close()
    assert sorted(found) == [row for row in rows if row[0] % 2 and row[0] != 3]
