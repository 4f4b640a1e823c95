"""The few numbers that the file keeps beside its tables. They are written with the transaction that changed them."""

from dataclasses import asdict, dataclass

from services.database.sqlite import driver
from services.database.sqlite.rows import insert


@dataclass(slots=True)
class Progress:
    # The change up to which all indexes of the tenant have been applied.
    applied: int = 0
    # Documents that nothing was taken from, because they don't hold what their collection of the house is for.
    malformed: int = 0
    signatures: int = 0
    last_place: int = 0

    @classmethod
    def read(cls, connection: driver.Connection) -> "Progress":
        return cls(**dict(connection.execute("SELECT name, value FROM progress").fetchall()))

    def write(self, connection: driver.Connection) -> None:
        insert(connection, "INSERT OR REPLACE INTO progress (name, value) {rows}", list(asdict(self).items()))
