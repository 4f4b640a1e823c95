"""The wire over NATS: the only package that imports `nats`."""

from shared.bus.nats.options import NatsOptions
from shared.bus.nats.wire import NatsWire

__all__ = ["NatsOptions", "NatsWire"]
