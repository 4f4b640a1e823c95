"""Every stream and every durable consumer, with its limits: the one place where they are written down."""

from dataclasses import dataclass
from typing import Literal

from shared.contracts.message import ROOT

DAY_SECONDS = 24 * 60 * 60
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Stream:
    """`work` forgets a message when it is acknowledged; `log` when its time is up or the space is used.

    When a `work` stream is full it refuses new messages, because nobody has taken the old ones in yet.
    """

    name: str
    subject: str
    keeps: Literal["work", "log"]
    age_seconds_max: int
    bytes_max: int
    description: str
    duplicate_window_seconds: int = 120


@dataclass(frozen=True, slots=True)
class Consumer:
    """A durable reader of a stream. Whoever runs the service under this name shares the work."""

    name: str
    stream: Stream
    pattern: str
    description: str
    # Short, because after a crash it is how long the messages that were in hand stay away.
    ack_wait_seconds: float = 5.0
    unacknowledged_max: int = 4_096
    # How many batches its handler may have in hand at a time. With more than one it has to keep their order itself.
    batches_max: int = 1


DOCS = Stream(
    name="DOCS",
    subject=f"{ROOT}.*.docs.>",
    keeps="work",
    age_seconds_max=0,
    bytes_max=8 * GIB,
    description="Documents on their way in, until the database has them.",
)
CHANGES = Stream(
    name="CHANGES",
    subject=f"{ROOT}.*.changes.>",
    keeps="log",
    age_seconds_max=DAY_SECONDS,
    bytes_max=4 * GIB,
    description="The database's commits, in order, for programs that read along.",
)
DEAD = Stream(
    name="DEAD",
    subject=f"{ROOT}.*.dead",
    keeps="log",
    age_seconds_max=30 * DAY_SECONDS,
    bytes_max=1 * GIB,
    description="What could not be processed, with the reason.",
)
MATCHES = Stream(
    name="MATCHES",
    subject=f"{ROOT}.*.matches.>",
    keeps="log",
    age_seconds_max=DAY_SECONDS,
    bytes_max=GIB // 4,
    description="What standing queries have found.",
)
STREAMS = (DOCS, CHANGES, DEAD, MATCHES)

# The second batch is read while the first one is being committed.
INGEST = Consumer(name="ingest", stream=DOCS, pattern=DOCS.subject, description="Takes documents in.", batches_max=2)
ANALYSIS = Consumer(name="analysis", stream=CHANGES, pattern=CHANGES.subject, description="Annotates what has changed.")
CONSUMERS = (INGEST, ANALYSIS)
