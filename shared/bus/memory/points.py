"""The moments at which a test may let a process die."""

from typing import Literal

Point = Literal[
    # Before an append leaves, and after its acknowledgement is here.
    "append",
    "appended",
    # Before a request leaves, and after its reply is here.
    "request",
    "replied",
    # A request has come and is not looked at yet; it is answered (so what it asked for is done), and nobody knows.
    "asked",
    "answered",
    # Deliveries are about to be handed over.
    "taken",
    # Before acknowledgements leave, and after.
    "ack",
    "acked",
    "give_back",
]
